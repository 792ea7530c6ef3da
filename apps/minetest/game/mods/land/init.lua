-- SPDX-License-Identifier: Apache-2.0
-- A landscape made for being walked in and looked at: every surface is textured, nothing moves by itself, and where things are
-- follows from their place alone, so that whoever moves bodies needs no map: land.height and land.thing tell it.
land = {
	side = 112, -- the land reaches from -side to side, both ways
	water = 4, -- its level
}
local path = minetest.get_modpath("land")
dofile(path .. "/texture.lua")
dofile(path .. "/nodes.lua")
dofile(path .. "/place.lua")
dofile(path .. "/generate.lua")
