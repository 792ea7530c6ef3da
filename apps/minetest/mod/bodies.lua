-- SPDX-License-Identifier: Apache-2.0
-- Bodies walk over the land, one for each account that plays and one for each bot. Where one is, is known here; its entity is only
-- what players see, and made again whenever the engine has put it away.
local bodies = {all = {}} -- by number; bots have negative ones
baton.bodies = bodies

local speed = 4 -- nodes a second
local heading_of = {0, 1, 2, 3} -- by input: up, right, down, left -> north, east, south, west
local rest, go = 5, 6
local dx = {[0] = 0, 1, 0, -1}
local dz = {[0] = 1, 0, -1, 0}
local half = 0.55 -- of an entity's height: it stands on the ground
local colours = {"#d03030", "#3060d0", "#d0a020", "#8030c0", "#20a0a0", "#e07020"}

minetest.register_entity("baton:body", {
	initial_properties = {
		physical = false,
		pointable = false,
		static_save = false,
		visual = "cube",
		visual_size = {x = 0.6, y = 1.1, z = 0.6},
	},
	on_activate = function(self, number)
		local body = bodies.all[tonumber(number)]
		if not body then
			self.object:remove()
			return
		end
		local colour = body.bot and "#404048" or colours[body.number % #colours + 1]
		local tile = land.grains(40 + body.number % 8, 200, 200, 200, 0.25) .. "^[multiply:" .. colour
		self.object:set_properties({textures = {tile, tile, tile, tile, tile, tile}})
		self.object:set_armor_groups({immortal = 1})
	end,
})

-- @b: number, x, z (half numbers across its heading), heading 0 to 3, going, applied
function bodies.add(b)
	b.yaw = bodies.yaw_of(b.heading)
	bodies.all[b.number] = b
	return b
end

function bodies.remove(number)
	local b = bodies.all[number]
	bodies.all[number] = nil
	if b and b.object then
		b.object:remove()
	end
end

-- Counter-clockwise from north, as the engine counts
function bodies.yaw_of(heading)
	return -heading * math.pi / 2
end

-- One input, of those that Algorithm 1 let through. Applied once: what isn't newer than the last one was applied before.
function bodies.apply(number, sequence, input)
	local b = bodies.all[number]
	if not b or sequence <= b.applied then
		return
	end
	b.applied = sequence
	bodies.steer(b, input)
end

-- A turn ends a rest
function bodies.steer(b, input)
	if heading_of[input] then
		b.heading = heading_of[input]
		b.going = true
	elseif input == rest then
		b.going = false
	elseif input == go then
		b.going = true
	end
end

-- ---- a step ----

-- Across its heading a body walks half way between columns of nodes, so trunks don't stand in its way
local function to_lane(at, way)
	local lane = math.floor(at) + 0.5
	local off = lane - at
	return math.abs(off) <= way and lane or at + (off > 0 and way or -way)
end

local function advance(b, way)
	b.x = b.x + dx[b.heading] * way
	b.z = b.z + dz[b.heading] * way
	if math.abs(b.x) > land.side or math.abs(b.z) > land.side then
		b.x = math.max(-land.side, math.min(land.side, b.x))
		b.z = math.max(-land.side, math.min(land.side, b.z))
		b.heading = (b.heading + 2) % 4
	end
	if dx[b.heading] == 0 then
		b.x = to_lane(b.x, way)
	else
		b.z = to_lane(b.z, way)
	end
end

-- Half a turn takes half a second
local function turn(b, dt)
	local off = (bodies.yaw_of(b.heading) - b.yaw + math.pi) % (2 * math.pi) - math.pi
	local most = 2 * math.pi * dt
	b.yaw = b.yaw + math.max(-most, math.min(most, off))
	b.turned = math.abs(off) > 1e-6
end

local function show(b, stopped)
	local at = bodies.place(b)
	if not b.object or not b.object:get_pos() then
		b.object = minetest.add_entity(at, "baton:body", tostring(b.number))
	elseif stopped then
		b.object:set_pos(at) -- exactly there, for everybody
	else
		b.object:move_to(at, true)
	end
	if b.object and b.turned then
		b.object:set_yaw(b.yaw)
	end
end

function bodies.place(b)
	return {x = b.x, y = land.ground(b.x, b.z) + half, z = b.z}
end

-- A flower on whose column a body comes is picked, and grows again
local function pick(b)
	local x, z = math.floor(b.x), math.floor(b.z)
	if x == b.column_x and z == b.column_z then
		return
	end
	b.column_x, b.column_z = x, z
	local flower, at = land.flower(x, z)
	if not flower or minetest.get_node(at).name ~= flower then
		return
	end
	minetest.remove_node(at)
	baton.inventories.give(b, flower)
	minetest.after(60, function()
		if minetest.get_node(at).name == "air" then
			minetest.set_node(at, {name = flower})
		end
	end)
end

function bodies.move(dt)
	for _, b in pairs(bodies.all) do
		if b.going then
			advance(b, speed * dt)
		end
		turn(b, dt)
		show(b, b.went and not b.going)
		b.went = b.going
		if not b.bot then
			pick(b)
		end
	end
end
