-- SPDX-License-Identifier: Apache-2.0
-- HTTP to the parent, one request at a time: a report of the step, whose answer the parent holds until the next step is near. Lists
-- of bodies and players come whole, and only when they have changed; so an answer that is lost loses nothing.
local link = {revision = 0}
baton.link = link

local url = minetest.settings:get("baton.url")
local headers = {
	"Authorization: Bearer " .. minetest.settings:get("baton.token"),
	"Content-Type: application/json",
	"Expect:", -- libcurl would wait for leave to send
}
local handle
local most_inventories = 8 -- in one report
local told = {} -- inventories, by body, as the parent knows them

-- ---- what the answer says ----

local function set_bodies(list)
	local wanted = {}
	for _, b in ipairs(list) do
		wanted[b.number] = true
		local body = baton.bodies.all[b.number]
		if not body then
			b.inventory = baton.inventories.normal(minetest.decode_base64(b.inventory) or "")
			body = baton.bodies.add(b)
		elseif b.rests > body.rests then
			body.rests = b.rests
			body.going = false
		end
	end
	for number, body in pairs(baton.bodies.all) do
		if not body.bot and not wanted[number] then
			baton.bodies.remove(number)
			told[number] = nil
		end
	end
end

local function obey(answer)
	if answer.revision then
		set_bodies(answer.bodies)
		baton.players.set(answer.players)
		link.revision = answer.revision
	end
	for _, input in ipairs(answer.inputs) do
		baton.bodies.apply(input[1], input[2], input[3])
	end
end

function link.receive()
	local result = handle and baton.http.fetch_async_get(handle)
	if not result or not result.completed then
		return
	end
	handle = nil
	local answer = result.succeeded and result.code == 200 and minetest.parse_json(result.data)
	if answer then
		obey(answer)
	else
		minetest.log("error", "the parent's answer: " .. tostring(result.code))
	end
end

-- ---- the report ----

local function bodies_json(inventories)
	local list = {}
	for number, b in pairs(baton.bodies.all) do
		if not b.bot then
			list[#list + 1] = ("[%d,%d,%d,%d,%d,%d]"):format(number, b.applied, b.x * 1000, b.z * 1000, b.heading, b.going and 1 or 0)
			if told[number] ~= b.inventory and #inventories < most_inventories then
				told[number] = b.inventory
				inventories[#inventories + 1] = ('[%d,"%s"]'):format(number, minetest.encode_base64(b.inventory))
			end
		end
	end
	return table.concat(list, ",")
end

local function players_json()
	local list = {}
	for name, p in pairs(baton.players.here) do
		local t = baton.players.ticket(name)
		if t then
			list[#list + 1] = ("[%d,%d,%d]"):format(t.account, t.seat, p.attached and 1 or 0)
		end
	end
	return table.concat(list, ",")
end

function link.report()
	if handle then
		return
	end
	local inventories = {}
	local bodies = bodies_json(inventories)
	handle = baton.http.fetch_async({
		url = url,
		method = "POST",
		timeout = 10,
		extra_headers = headers,
		data = ('{"step":%d,"revision":%d,"bodies":[%s],"players":[%s],"inventories":[%s]}'):format(
			baton.step, link.revision, bodies, players_json(), table.concat(inventories, ",")),
	})
end
