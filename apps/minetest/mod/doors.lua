-- SPDX-License-Identifier: Apache-2.0
-- Who may come in, and what they may do: names and passwords of live tickets only. The primary session's player has interact, a
-- secondary one has nothing and so reads only.
local ticket = baton.players.ticket

minetest.register_authentication_handler({
	get_auth = function(name)
		local t = ticket(name)
		if t then
			return {
				password = minetest.get_password_hash(name, t.password),
				privileges = {interact = t.role == "primary" or nil},
				last_login = -1,
			}
		end
	end,
	create_auth = function() end,
	delete_auth = function()
		return false
	end,
	set_password = function() end,
	set_privileges = function() end,
	reload = function()
		return true
	end,
	record_login = function() end,
	iterate = function()
		return function() end
	end,
})

minetest.register_on_prejoinplayer(function(name)
	if not ticket(name) then
		return "No session has this name."
	end
end)

-- Nothing is written over the picture: the client shows chat where the HUD has its code
function minetest.chat_send_all() end
function minetest.chat_send_player() end
minetest.register_on_chat_message(function()
	return true
end)
minetest.register_on_newplayer(function(player)
	player:set_pos({x = 0, y = land.ground(0.5, 0.5) + 1, z = 0})
end)
