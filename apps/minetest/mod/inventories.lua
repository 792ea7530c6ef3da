-- SPDX-License-Identifier: Apache-2.0
-- An account has one inventory, whatever sessions it has: its primary player's, mirrored to the others and told to the parent, so
-- that it outlives this server. It is text here: a line for each slot.
local inventories = {}
baton.inventories = inventories

local slots = 32

local function text_of(stacks)
	local lines = {}
	for i, stack in ipairs(stacks) do
		lines[i] = stack:to_string()
	end
	return table.concat(lines, "\n")
end

local function stacks_of(text)
	local stacks = {}
	for line in (text .. "\n"):gmatch("(.-)\n") do
		stacks[#stacks + 1] = ItemStack(line)
	end
	for i = #stacks + 1, slots do
		stacks[i] = ItemStack("")
	end
	return stacks
end

local function get(player)
	return text_of(player:get_inventory():get_list("main"))
end

local function put(player, text)
	local inventory = player:get_inventory()
	inventory:set_size("main", slots)
	inventory:set_list("main", stacks_of(text))
end

-- What an account begins with
function inventories.normal(text)
	return text_of(stacks_of(text))
end

-- What the primary has is what the account has
local function pull(body)
	for _, p in pairs(baton.players.of(body.number)) do
		if p.role == "primary" and p.mirrored then
			body.inventory = get(p.object)
		end
	end
end

local function push(body)
	for _, p in pairs(baton.players.of(body.number)) do
		if not p.mirrored or get(p.object) ~= body.inventory then
			put(p.object, body.inventory)
			p.mirrored = true
		end
	end
end

function inventories.mirror()
	for _, body in pairs(baton.bodies.all) do
		if not body.bot then
			pull(body)
			push(body)
		end
	end
end

-- One of @item; what finds no room is lost
function inventories.give(body, item)
	pull(body)
	local stacks = stacks_of(body.inventory)
	for _, stack in ipairs(stacks) do
		if stack:add_item(item):is_empty() then
			break
		end
	end
	body.inventory = text_of(stacks)
	push(body)
end

-- Only the primary moves items, drops and takes them
minetest.register_allow_player_inventory_action(function(player)
	local p = baton.players.here[player:get_player_name()]
	if not p or p.role ~= "primary" then
		return 0
	end
end)
