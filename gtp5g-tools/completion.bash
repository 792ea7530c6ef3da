# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Completion of `gtp5g`, `gtp5g-link` and `gtp5g-tunnel` for bash: commands, verbs, options and their words from the programs' own help, links from
# the kernel. Installed as share/bash-completion/completions/gtp5g; from the source tree: . gtp5g-tools/completion.bash

# The program that is being completed
_gtp5g_run() {
	"${_gtp5g_program:-gtp5g}" "$@" 2>/dev/null
}

_gtp5g_commands() {
	"${COMP_WORDS[0]}" help 2>/dev/null | sed -n 's/^  \([a-z][a-z0-9]*\)\( .*\)\{0,1\}$/\1/p'
}

_gtp5g_verbs() { # NOUN: what its line of the help begins with, parted by |
	local words
	[ "$1" != report ] || echo get watch
	words=$(_gtp5g_run help | sed -n "s/^  $1 \([a-z]*\(|[a-z]*\)*\) .*/\1/p")
	[ "$1" = report ] || echo "${words//|/ }"
}

_gtp5g_links() {
	_gtp5g_run link show | sed -n 's/^link add \([^ ]*\).*/\1/p'
}

_gtp5g_options() { # COMMAND
	_gtp5g_run "$1" --help | grep -o -- '--[a-z][a-z-]*' | sort -u
}

_gtp5g_values() { # COMMAND OPTION: where it takes one of some words
	_gtp5g_run "$1" --help | sed -n "s/^  $2 \([^ ]*|[^ ]*\).*/\1/p" | tr '|' '\n' | sed -n 's/^\([a-z0-9-]*\).*/\1/p'
}

_gtp5g_words() { # COMMAND VERB COUNT PREVIOUS CURRENT: what may stand here; COUNT words stand before it, options left out
	case $3:$4:$5 in
	*:*:--*) _gtp5g_options "$1" ;;
	0:*) _gtp5g_commands ;;
	*:--*:*) _gtp5g_values "$1" "$4" ;;
	1:*) case $1 in
		link) if [[ ${COMP_WORDS[0]##*/} == gtp5g-link ]]; then _gtp5g_commands; else _gtp5g_verbs link; fi ;;
		either) _gtp5g_commands && _gtp5g_links ;;
		dump) _gtp5g_links ;;
		help) _gtp5g_commands ;;
		*) _gtp5g_verbs "$1" ;;
		esac ;;
	2:*) [ "$1 $2" = 'link add' ] || _gtp5g_links ;;
	esac
}

_gtp5g() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word i words=()
	local _gtp5g_program=${COMP_WORDS[0]}

	# the umbrella knows the same under its own name
	case ${_gtp5g_program##*/} in
	gtp5g-link) words=(link) ;;
	gtp5g-tunnel) ;;
	esac
	[[ $_gtp5g_program != */* ]] && _gtp5g_program=gtp5g || _gtp5g_program=${_gtp5g_program%/*}/gtp5g
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $word == --* ]] || words+=("$word")
	done
	# gtp5g-tunnel add pdr ..., gtp5g-tunnel add gtp0 ...
	if [[ ${COMP_WORDS[0]##*/} == gtp5g-tunnel && ${words[0]-} == @(add|mod|del|get|list) ]]; then
		case ${words[1]-} in
		'') words=(either) ;;
		pdr | far | qer | urr | bar | tunnel) words=("${words[1]}" "${words[0]}" "${words[@]:2}") ;;
		*) words=(tunnel "${words[@]}") ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(_gtp5g_words "${words[0]-}" "${words[1]-}" ${#words[@]} "$previous" "$current")" -- "$current")
	[[ ${words[0]-} != load || ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -o filenames -F _gtp5g gtp5g gtp5g-link gtp5g-tunnel
