-- SPDX-License-Identifier: Apache-2.0
local grains, texture = land.grains, land.texture

local function node(name, tiles, more)
	local def = {description = name, tiles = tiles, groups = {oddly_breakable_by_hand = 3}}
	for key, value in pairs(more or {}) do
		def[key] = value
	end
	minetest.register_node("land:" .. name, def)
end

local dirt = grains(1, 118, 84, 52, 0.35)
local grass = grains(2, 86, 150, 54, 0.4)
-- grass hangs over the edge of the dirt
local grass_side = texture(3, function(x, y, chance)
	if y < 3 + land.hash(x, 7, 7) % 4 then
		return 70 + 60 * chance, 120 + 80 * chance, 40 + 40 * chance
	end
	return 80 + 70 * chance, 55 + 55 * chance, 35 + 35 * chance
end)
-- courses of bricks
local brick = texture(4, function(x, y, chance)
	local row = math.floor(y / 4)
	if y % 4 == 3 or (x + row % 2 * 4) % 8 == 7 then
		return 170, 165, 155
	end
	return 130 + 50 * chance, 50 + 30 * chance, 40 + 25 * chance
end)
local bark = texture(5, function(x, _, chance)
	local f = x % 3 == 0 and 0.6 or 1
	return (90 + 30 * chance) * f, (62 + 20 * chance) * f, (36 + 14 * chance) * f
end)

node("dirt", {dirt})
node("grass", {grass, dirt, grass_side})
node("stone", {grains(6, 125, 125, 130, 0.3)})
node("sand", {grains(7, 214, 200, 140, 0.2)})
node("snow", {grains(8, 225, 230, 240, 0.1)})
node("brick", {brick})
node("leaves", {grains(9, 50, 105, 38, 0.6)})
node("water", {grains(10, 50, 95, 175, 0.25)})
-- thin, so that who walks between two columns of nodes passes by
node("trunk", {bark}, {
	drawtype = "nodebox",
	paramtype = "light",
	node_box = {type = "fixed", fixed = {-0.2, -0.5, -0.2, 0.2, 0.5, 0.2}},
})

-- A stalk, and a blossom in one of some colours
local colours = {{230, 60, 60}, {240, 200, 50}, {150, 80, 220}, {240, 240, 240}}
land.flowers = #colours
for i, c in ipairs(colours) do
	local image = texture(20 + i, function(x, y, chance)
		local dx, dy = x - 7.5, y - 4.5
		if dx * dx + dy * dy < 16 then
			local f = 0.75 + 0.25 * chance
			return c[1] * f, c[2] * f, c[3] * f
		elseif y > 7 and math.abs(dx) < 1 then
			return 40, 110 + 40 * chance, 30
		end
		return 0, 0, 0, 0
	end)
	node("flower_" .. i, {image}, {
		drawtype = "plantlike",
		paramtype = "light",
		sunlight_propagates = true,
		walkable = false,
		inventory_image = image,
		groups = {flower = 1, dig_immediate = 3},
	})
end
