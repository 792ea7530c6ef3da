# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Completion of `baton` for bash: commands, options, files, and the names of what is up. Installed as
# share/bash-completion/completions/baton; from the source tree: . testbed/completion.bash

# The program that is being completed; its help is the only list of commands and options.
_baton_run() {
	"${_baton_program:-baton}" "$@" 2>/dev/null
}

_baton_commands() {
	_baton_run help | sed -n 's/^  \([a-z][a-z]*\)\( .*\)\{0,1\}$/\1/p'
}

_baton_options() { # COMMAND...
	_baton_run "$@" --help | grep -o -- '--[a-z][a-z-]*' | sort -u
}

# Names out of JSON without another program: one member a line, as --json prints them
_baton_names() { # MEMBER JSON
	sed -n 's/^ *"'"$1"'": "\([a-z0-9.-]*\)",\{0,1\}$/\1/p' <<<"$2"
}

_baton_nodes() {
	_baton_names name "$(_baton_run "${_baton_of[@]}" status --json | sed -n '/"nodes"/,/^  \]/p' | grep -A1 '^    {')"
}

_baton_words() { # COMMAND SUBCOMMAND CURRENT: what may stand here, or nothing where files may
	case $1:$3 in
	measure:-*) _baton_options "$1" "${2:-switch}" ;;
	*:-*) _baton_options "$1" ;;
	:*) _baton_commands ;;
	down:*) _baton_names topology "$(_baton_run list --json)" ;;
	exec:* | shell:* | logs:* | capture:* | move:*) _baton_nodes ;;
	link:*) [ -n "$2" ] && _baton_nodes || echo show set changes ;;
	check:*) [ -n "$2" ] && _baton_nodes || echo links ;;
	measure:*) [ -n "$2" ] || echo switch storm bytes play clips migration ;;
	help:*) _baton_commands ;;
	esac
}

_baton() {
	local current=${COMP_WORDS[COMP_CWORD]} command='' subcommand='' word i
	local _baton_program=${COMP_WORDS[0]} _baton_of=()

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--name) _baton_of=(--name "${COMP_WORDS[++i]}") ;;
		--) return ;; # the command's own, as for exec
		-*) ;;
		*) [ -n "$command" ] && subcommand=${subcommand:-$word} || command=$word ;;
		esac
	done
	if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --name ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_baton_names topology "$(_baton_run list --json)")" -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(_baton_words "$command" "$subcommand" "$current")" -- "$current")
	[ -z "$command" ] || [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _baton baton
