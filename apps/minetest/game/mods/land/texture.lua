-- SPDX-License-Identifier: Apache-2.0
-- Textures of 16x16 made here: grains of a few colours by a hash, so that a picture of them has detail everywhere.

-- A whole number from 0 to 65535 that looks like chance; arguments are whole numbers
function land.hash(a, b, c)
	local h = bit.bxor(a * 374761 % 2147483648, b * 668265 % 2147483648, c * 69069 % 2147483648)
	h = bit.bxor(h, bit.rshift(h, 13)) * 1274 % 2147483648
	h = bit.bxor(h, bit.rshift(h, 11)) * 2663 % 2147483648
	return bit.band(bit.bxor(h, bit.rshift(h, 15)), 0xffff)
end

local side = 16

-- @colour: function(x, y, chance) -> r, g, b; x, y from 0
function land.texture(seed, colour)
	local octets = {}
	for y = 0, side - 1 do
		for x = 0, side - 1 do
			local r, g, b, a = colour(x, y, land.hash(x + 17, y + 31, seed) / 65536)
			octets[#octets + 1] = string.char(math.floor(r), math.floor(g), math.floor(b), a or 255)
		end
	end
	return "[png:" .. minetest.encode_base64(minetest.encode_png(side, side, table.concat(octets)))
end

-- Grains between two shades
function land.grains(seed, r, g, b, spread)
	return land.texture(seed, function(_, _, chance)
		local f = 1 - spread + 2 * spread * chance
		return math.min(255, r * f), math.min(255, g * f), math.min(255, b * f)
	end)
end
