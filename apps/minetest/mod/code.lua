-- SPDX-License-Identifier: Apache-2.0
-- The code in the HUD (docs/csm.md): tick, last input and a check, as black and white blocks of 8x8 pixels in the top left corner.
-- Eight blocks are one image, so that few messages change what a step changes.
local code = {}
baton.code = code

local octets, columns = 10, 5

-- Images of the 256 octets, made when first used
local images = {}
local function image_of(octet)
	if not images[octet] then
		local row = {}
		for bit_at = 7, 0, -1 do
			local v = math.floor(octet / 2 ^ bit_at) % 2 * 255
			row[#row + 1] = string.char(v, v, v, 255):rep(8)
		end
		local png = minetest.encode_png(64, 8, table.concat(row):rep(8))
		images[octet] = "[png:" .. minetest.encode_base64(png)
	end
	return images[octet]
end

-- CRC-16/CCITT-FALSE
local function crc(list)
	local c = 0xffff
	for _, octet in ipairs(list) do
		c = bit.bxor(c, octet * 256)
		for _ = 1, 8 do
			c = c >= 0x8000 and bit.bxor(bit.band(c * 2, 0xffff), 0x1021) or c * 2
		end
	end
	return c
end

local function put_number(list, n, count)
	for i = count - 1, 0, -1 do
		list[#list + 1] = math.floor(n / 256 ^ i) % 256
	end
end

function code.octets(tick, input)
	local list = {}
	put_number(list, tick, 4)
	put_number(list, input, 4)
	put_number(list, crc(list), 2)
	return list
end

-- @shown: what the player's HUD has, by octet; empty at first
function code.write(player, shown, tick, input)
	for i, octet in ipairs(code.octets(tick, input)) do
		local s = shown[i]
		if not s then
			shown[i] = {octet = octet}
			shown[i].id = player:hud_add({
				hud_elem_type = "image",
				position = {x = 0, y = 0},
				offset = {x = (i - 1) % columns * 64, y = math.floor((i - 1) / columns) * 8},
				alignment = {x = 1, y = 1},
				scale = {x = 1, y = 1},
				text = image_of(octet),
				z_index = 1000,
			})
		elseif s.octet ~= octet then
			s.octet = octet
			player:hud_change(s.id, "text", image_of(octet))
		end
	end
end

assert(#code.octets(1, 1) == octets)
