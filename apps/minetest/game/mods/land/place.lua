-- SPDX-License-Identifier: Apache-2.0
-- What is where, from the place alone.
local hills = {offset = 9, scale = 9, spread = {x = 70, y = 70, z = 70}, seed = 1101, octaves = 3, persist = 0.45, lacunarity = 2}
local noise

-- y of the topmost solid node of column (x, z); whole numbers
local known = {}
function land.height(x, z)
	local key = x * 4096 + z
	local h = known[key]
	if not h then
		noise = noise or PerlinNoise(hills)
		h = math.max(land.water, math.floor(noise:get_2d({x = x, y = z}) + 0.5))
		if land.thing(x, z) == "boulder" then
			h = h + 1
		end
		known[key] = h
	end
	return h
end

-- What grows or lies in a column, by its hash: "tree", "boulder", "flower" or nil
function land.thing(x, z)
	local h = land.hash(x, z, 5)
	if h % 97 == 0 then
		return "tree"
	elseif h % 61 == 0 then
		return "boulder"
	elseif h % 23 == 0 then
		return "flower"
	end
end

-- y on which somebody at (x, z) stands; steps between columns are smooth
function land.ground(x, z)
	local x0, z0 = math.floor(x), math.floor(z)
	local fx, fz = x - x0, z - z0
	local south = land.height(x0, z0) * (1 - fx) + land.height(x0 + 1, z0) * fx
	local north = land.height(x0, z0 + 1) * (1 - fx) + land.height(x0 + 1, z0 + 1) * fx
	return south * (1 - fz) + north * fz + 0.5
end

-- Name of the flower that stands at (x, z), or nil, and its place
function land.flower(x, z)
	local h = land.height(x, z)
	if land.thing(x, z) ~= "flower" or h <= land.water then
		return nil
	end
	return "land:flower_" .. (1 + land.hash(z, x, 9) % land.flowers), {x = x, y = h + 1, z = z}
end
