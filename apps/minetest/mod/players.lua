-- SPDX-License-Identifier: Apache-2.0
-- Players: each is a session's client, attached to its account's body, so that it sees what the body sees. It is itself invisible,
-- and its HUD has nothing but the code.
local players = {
	wanted = {}, -- tickets by name, as the parent says: {name, password, account, seat, body, role}
	here = {}, -- by name, those that have joined: {object, role, body, shown, mirrored, yaw}
}
baton.players = players

local eye_down = 0.25 -- radians below the horizon
local feet = -5.5 -- from the body's middle to its feet, in tenths of a node

-- The ticket by which somebody called @name comes. A client that starts again while its forerunner still counts as connected calls
-- itself NAME-K, K being another number each time.
function players.ticket(name)
	return players.wanted[name] or players.wanted[name:match("^(.+_%d+)%-%d%d?$") or ""]
end

-- Those attached to a body
function players.of(number)
	local found = {}
	for _, p in pairs(players.here) do
		if p.attached == number then
			found[#found + 1] = p
		end
	end
	return found
end

local function hide(player)
	player:set_properties({
		visual = "sprite", -- of nothing: the engine sets is_visible again
		visual_size = {x = 0, y = 0, z = 0},
		textures = {"blank.png"},
		makes_footstep_sound = false,
		pointable = false,
		physical = false,
		collide_with_objects = false,
		show_on_minimap = false,
	})
	player:set_nametag_attributes({text = " ", color = {a = 0, r = 0, g = 0, b = 0}, bgcolor = false})
	player:set_physics_override({speed = 0, jump = 0, gravity = 0, sneak = false})
	player:hud_set_flags({
		hotbar = false,
		healthbar = false,
		crosshair = false,
		wielditem = false,
		breathbar = false,
		minimap = false,
		minimap_radar = false,
		basic_debug = false,
	})
	player:set_clouds({density = 0})
	player:set_armor_groups({immortal = 1})
	player:override_day_night_ratio(1)
end

minetest.register_on_joinplayer(function(player)
	local name = player:get_player_name()
	local ticket = players.ticket(name)
	for other in pairs(players.here) do
		if players.ticket(other) == ticket then
			players.here[other] = nil
			minetest.kick_player(other, "its client was started again")
		end
	end
	players.here[name] = {object = player, shown = {}}
	hide(player)
end)

minetest.register_on_leaveplayer(function(player)
	players.here[player:get_player_name()] = nil
end)

-- What the parent wants from now on. Who isn't wanted any more, or has another password now, is removed.
function players.set(list)
	local before = {}
	for name in pairs(players.here) do
		before[name] = players.ticket(name)
	end
	players.wanted = {}
	for _, w in ipairs(list) do
		players.wanted[w.name] = w
	end
	for name in pairs(players.here) do
		local was, is = before[name], players.ticket(name)
		if not is or not was or was.password ~= is.password then
			minetest.kick_player(name, "its session is over")
		elseif was.role ~= is.role then
			minetest.notify_authentication_modified(name)
		end
	end
end

local function attach(p, body)
	p.object:set_attach(body.object, "", {x = 0, y = feet, z = 0}, {x = 0, y = 0, z = 0})
	p.attached, p.entity = body.number, body.object
	p.mirrored = false
	p.yaw = nil
end

local function follow(p, w)
	local body = baton.bodies.all[w.body]
	p.role = w.role
	if not body or not body.object then
		p.attached = nil
		return
	end
	if p.attached ~= body.number or p.entity ~= body.object or not p.object:get_attach() then
		attach(p, body)
	end
	if p.yaw ~= body.yaw then
		p.yaw = body.yaw
		p.object:set_look_vertical(eye_down)
		p.object:set_look_horizontal(body.yaw)
	end
end

function players.follow()
	for name, p in pairs(players.here) do
		local ticket = players.ticket(name)
		if ticket then
			follow(p, ticket)
		end
	end
end

function players.write_codes()
	for _, p in pairs(players.here) do
		local body = p.attached and baton.bodies.all[p.attached]
		if body then
			baton.code.write(p.object, p.shown, baton.step, body.applied)
		end
	end
end
