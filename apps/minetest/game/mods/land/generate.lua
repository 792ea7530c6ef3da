-- SPDX-License-Identifier: Apache-2.0
-- Fills the map as place.lua says.
minetest.set_mapgen_setting("mg_name", "singlenode", true)
minetest.set_mapgen_setting("mg_flags", "light", true)

local id = {}
for _, name in ipairs({"dirt", "grass", "stone", "sand", "snow", "brick", "leaves", "water", "trunk"}) do
	id[name] = minetest.get_content_id("land:" .. name)
end

local function top_of(x, z, h)
	if land.thing(x, z) == "boulder" then
		return id.brick
	elseif h <= land.water then
		return id.water
	elseif h <= land.water + 1 then
		return id.sand
	end
	return h > 15 and id.snow or id.grass
end

local depth = 6 -- below that nobody sees

local function fill_column(put, x, z)
	local h = land.height(x, z)
	put(x, h, z, top_of(x, z, h))
	for y = h - 1, h - depth, -1 do
		put(x, y, z, y > h - 3 and id.dirt or id.stone)
	end
	local flower, at = land.flower(x, z)
	if flower then
		put(x, at.y, z, minetest.get_content_id(flower))
	end
end

-- a trunk of five, leaves around and above its end
local function plant(put, x, z)
	local h = land.height(x, z)
	if land.thing(x, z) ~= "tree" or h <= land.water then
		return
	end
	for y = h + 5, h + 7 do
		local r = y == h + 7 and 1 or 2
		for dx = -r, r do
			for dz = -r, r do
				put(x + dx, y, z + dz, id.leaves)
			end
		end
	end
	for y = h + 1, h + 5 do
		put(x, y, z, id.trunk)
	end
end

minetest.register_on_generated(function(minp, maxp)
	if minp.y > 64 or maxp.y < -32 then
		return
	end
	local vm, emin, emax = minetest.get_mapgen_object("voxelmanip")
	local area = VoxelArea:new({MinEdge = emin, MaxEdge = emax})
	local data = vm:get_data()
	local function put(x, y, z, content)
		if x >= minp.x and x <= maxp.x and y >= minp.y and y <= maxp.y and z >= minp.z and z <= maxp.z then
			data[area:index(x, y, z)] = content
		end
	end
	for z = minp.z - 2, maxp.z + 2 do
		for x = minp.x - 2, maxp.x + 2 do
			plant(put, x, z)
		end
	end
	for z = minp.z, maxp.z do
		for x = minp.x, maxp.x do
			fill_column(put, x, z)
		end
	end
	vm:set_data(data)
	vm:calc_lighting()
	vm:write_to_map()
end)
