-- SPDX-License-Identifier: Apache-2.0
-- Writes what the engine itself says of each player, and every input that was applied, to WORLD/probe.json, at every step; gives an item to the primary's player when
-- there is a file WORLD/give, which it takes away.
local world = minetest.get_worldpath()

-- Every input that steers a body, in order: number of the input and what it is
local steered = {}
local steer = baton.bodies.steer
function baton.bodies.steer(body, input)
	if not body.bot then
		steered[#steered + 1] = body.applied .. ":" .. input
	end
	return steer(body, input)
end

local function tell(player)
	local name, at = player:get_player_name(), player:get_pos()
	local parent = player:get_attach()
	local list = {}
	for _, stack in ipairs(player:get_inventory():get_list("main")) do
		if not stack:is_empty() then
			list[#list + 1] = stack:to_string()
		end
	end
	return {
		interact = minetest.check_player_privs(name, "interact"),
		at = minetest.pos_to_string(at, 3),
		looks = ("%.4f %.4f"):format(player:get_look_horizontal(), player:get_look_vertical()),
		inventory = table.concat(list, ","),
		body = parent and tostring(parent) or "",
		attached = parent ~= nil,
		visible = player:get_properties().textures[1] ~= "blank.png",
	}
end

local function give()
	local file = io.open(world .. "/give")
	if not file then
		return
	end
	file:close()
	os.remove(world .. "/give")
	for _, player in ipairs(minetest.get_connected_players()) do
		if minetest.check_player_privs(player:get_player_name(), "interact") then
			player:get_inventory():add_item("main", "land:stone 3")
		end
	end
end

minetest.register_globalstep(function()
	local players = {}
	for _, player in ipairs(minetest.get_connected_players()) do
		players[player:get_player_name()] = tell(player)
	end
	minetest.safe_file_write(world .. "/probe.json", minetest.write_json({players = players, steered = table.concat(steered, " ")}))
	give()
end)
