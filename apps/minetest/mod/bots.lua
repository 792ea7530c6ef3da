-- SPDX-License-Identifier: Apache-2.0
-- Bodies that the computer walks, so that the land is busy where players are.
local bots = {}
baton.bots = bots

local chance = PcgRandom(tonumber(minetest.settings:get("baton.seed")))
local home = 24 -- they begin and remain about so near to the middle

for i = 1, tonumber(minetest.settings:get("baton.bots")) do
	bots[i] = baton.bodies.add({
		number = -i,
		bot = true,
		x = chance:next(-home, home) + 0.5,
		z = chance:next(-home, home) + 0.5,
		heading = chance:next(0, 3),
		going = true,
		applied = 0,
		wait = chance:next(1, 40) / 10,
	})
end

-- Towards the middle, for one that strayed
local function homeward(b)
	if math.abs(b.x) > math.abs(b.z) then
		return b.x > 0 and 4 or 2
	end
	return b.z > 0 and 3 or 1
end

function bots.decide(dt)
	for _, b in ipairs(bots) do
		b.wait = b.wait - dt
		if b.wait <= 0 then
			local stray = math.max(math.abs(b.x), math.abs(b.z)) > home
			-- turns, and now and then a rest
			baton.bodies.steer(b, stray and homeward(b) or chance:next(1, 5))
			b.wait = chance:next(10, 40) / 10
		end
	end
end
