-- SPDX-License-Identifier: Apache-2.0
-- minetest-cloud starts this server and talks with this mod over HTTP on loopback (docs/csm.md, "Minetest"). Each step: what the
-- parent answered is done, bodies move, players follow, the HUD's code is written, and the step is reported. The answer to that
-- report brings the inputs of the next one.
baton = {
	step = tonumber(minetest.settings:get("baton.first_step")), -- number of the last step that was
	http = minetest.request_http_api(),
}
assert(baton.http, "secure.http_mods must name the mod baton")
local path = minetest.get_modpath("baton")
for _, file in ipairs({"bodies", "bots", "inventories", "code", "players", "doors", "link"}) do
	dofile(path .. "/" .. file .. ".lua")
end

minetest.register_globalstep(function(dt)
	baton.step = baton.step + 1
	baton.link.receive()
	baton.bots.decide(dt)
	baton.bodies.move(dt)
	baton.players.follow(dt)
	baton.inventories.mirror()
	baton.players.write_codes()
	baton.link.report()
end)
