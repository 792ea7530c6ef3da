#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What editors say of a topology file and what baton says: every file of ours is taken by both, so is every form of a table, and every mistake
# of another, those that a schema can tell, is refused by both. An editor is python3-jsonschema here, on YAML as version 1.2 means it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/baton"
python=/usr/bin/python3
"$python" -c 'import jsonschema, yaml' 2>/dev/null || skip_all "needs python3-jsonschema and python3-yaml; scripts/setup installs them"

cat >"$tmp/editor.py" <<'PYTHON'
import json, re, sys
import jsonschema, yaml

class Core(yaml.SafeLoader):
    """YAML 1.2's core schema: no yes and no, no octal by a leading zero"""
Core.yaml_implicit_resolvers = {}
for tag, first, pattern in (
        ("bool", "tTfF", r"true|True|TRUE|false|False|FALSE"),
        ("int", "-+0123456789", r"[-+]?[0-9]+"),
        ("float", "-+.0123456789", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
        ("null", ["~", "n", "N", ""], r"~|null|Null|NULL|")):
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile("^(" + pattern + ")$"), list(first))
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 10))

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in sys.argv[2:]:
    try:
        document = yaml.load(open(path), Core)
        error = jsonschema.exceptions.best_match(validator.iter_errors(document))
        print(path.rsplit("/", 1)[1], "refused: %s: %s" % (error.json_path, error.message[:200]) if error else "taken")
    except yaml.YAMLError as error:
        print(path.rsplit("/", 1)[1], "refused:", str(error).split("\n")[0])
PYTHON

# B: a whole user plane and three hosts, all that a row needs beside what it is about
base='name: x\\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, cloud: cloud, ue: ue, a: host, b: host, r: router}'
# W: two gNBs and a UE in reach of both
walk='name: x\\nnodes: {core: core, g: gnb, h: gnb, u: {kind: upf, edge: e}, e: edge, ue: ue}'
rows() { # PREFIX: the rows of standard input as files
	local row n=0
	while IFS= read -r row; do
		[ -n "$row" ] || continue
		n=$((n + 1))
		row=${row/#B/$base}
		printf '%b\n' "${row/#W/$walk}" >"$tmp/$1-$n"
		echo "$row" >>"$tmp/$1.rows"
	done
}
editor() { # FILE...
	"$python" "$tmp/editor.py" "$root/docs/topology.schema.json" "$@"
}

editor "$root"/topologies/*.yaml "$root"/tests/fuzz/seeds/fuzz_topology/* >"$tmp/ours"
for file in "$root"/topologies/*.yaml "$root"/tests/fuzz/seeds/fuzz_topology/*; do
	"$build/bin/baton" validate "$file" >/dev/null 2>&1 || continue
	is "${file#"$root"/}: taken by both" "$(sed -n "s|^${file##*/} ||p" "$tmp/ours" | sort -u)" taken
done

# What a file names on its first lines is where the schema is, here and where it is installed.
names_schema() { # FILE
	local named
	# shellcheck disable=SC2016 # the file's own dollar
	named=$(sed -n 's/^# yaml-language-server: \$schema=//p' "$1")
	is "${1##*/}: names the schema" "$(cat "$(dirname "$1")/$named")" "$(<"$root/docs/topology.schema.json")"
}
for file in "$root"/topologies/*.yaml; do names_schema "$file"; done
sanitized=()
[ "$build" != "$root/build/san" ] || sanitized=(SAN=1)
ok 'make install' make -s -C "$root" install "${sanitized[@]}" DESTDIR="$tmp/root"
for file in "$tmp"/root/usr/local/share/baton/topologies/*.yaml; do names_schema "$file"; done

rows good <<'ROWS'
B
W\nn3_paths: [{between: [g, u], delay: 5ms, forward: {jitter: 1ms}, backward: {}}, {between: [h, u], loss: 1%}, {between: [g, h]}]
W\nmovement: {radio_delay: 1us, positions: {g: [0, 0], h: [-1000000, 999999.5]}, ues: {ue: [{at: 0s, to: [1, 1]}, {at: 2min, to: [.5, 3]}]}}
W\nmovement: {radio_delay: 1ms, n3_delay: 5ms, hysteresis: 0, positions: {g: [0, 0], h: [9, 9], u: [1, 2]}, ues: {}}\nn3_paths: []
name: "0"\nnodes: {a-1: host}
B\nmcc: "001"\nmnc: "001"\ntac: 16777215\ndataplane: ebpf\nneeds: [qos]\nmtu: 576\nrouting: none
name: x\nnodes: {a: host}\nmanagement: none
B\nmcc: 262\nmnc: 42\nneeds: []\nmanagement: 10.200.0.0/24\nmtu: 65535
B\nmanagement: auto\nservice_prefix: 10.71.0.0/16\nservices: {web: 10.71.0.7, dns: {address: 10.71.0.8, edges: [edge]}, none: {address: 10.71.0.9, edges: []}}
B\napps: {mt: {game: minetest, rendering: cloud, bots: 64, seed: 2147483647, players: [{ue: ue}]}, local: {game: minetest, rendering: local, width: 640}}
B\napps: {snake: {}, far: {rendering: cloud, players: []}, near: {rendering: local, players: [{ue: ue, account: 7, threshold: 1, window: 64, input: /tmp/keys, record: /tmp/shown.y4m, session: 1}]}}
B\napps: {snake: {game: snake, rendering: edge, service: 10.70.0.9, cloud: cloud, edges: [edge], start: [edge], image: cloud-only, codec: x264, bitrate: 50Mbit, rate_limit: 8kbit, width: 1920, height: 1088, fps: 120, bots: 0, world: 32, seed: 0, players: [{ue: ue, account: a.b_c-d, threshold: 0.85, window: 1, countdown: 10min, input: none, trigger: {rtt: 60s, loss: 0.5%, for: 10min, hold_off: 1h}}]}}
B\napps: {l: {workload: ledger}, g: {game: snake}, m: {workload: mem, heap: 2GB, write: 0.5MB, compressible: 0.36}}
B\napps: {l: {workload: ledger, at: edge, heap: 64KB, read: 1KB, write: 64KB, compressible: 1.0, work: 10ms, cooperative: true, layers: {base: 1.5KB, application: 100MB, at: [edge]}}}
B\napps: {l: {workload: ledger-split, workers: 16, layers: {}}, f: {workload: frames, clients: 4, compressible: 0}, v: {workload: video, work: 0us}, c: {workload: cpu}, i: {workload: io}, t: {workload: tar}}
B\ndnns: {internet: {sst: 0}, ims: {sst: 255, sd: 00ff00, dns: 10.70.0.53}, v2x: {sd: "012345"}}
B\nlinks: [{between: [a, b], rate: 1kbit, delay: 10s, jitter: 0us, loss: 0%, duplicate: 100%, reorder: 99.9%, corrupt: 0.001%, queue: 65536}]
B\nlinks: [{between: [a, b], rate: 1000Gbit, delay: 9.999s, loss: 100.0%}]
B\nlinks: [{between: [a, b], rate: 0.5Mbit, delay: 10000000us, jitter: 10000ms, loss: 05%}]
B\nlinks: [{between: [a, b], rate: 1000000000000bit, delay: 007ms}, {between: [b, a], rate: 999999.5kbit}, {between: [a, r], rate: 1000.0bit}]
B\nlinks: [{between: [a, upf], mtu: 1400, prefix: 10.9.0.0/30, addresses: [10.9.0.2, 10.9.0.1], interfaces: [eth0.5, "a~b_c-d"]}]
B\nlinks: [{between: [ue, gnb], forward: {rate: 1Mbit, queue: 1}, backward: {}}, {between: [upf, n3], delay: 1ms}, {between: [edge, wan], loss: 1%}]
B\nnetworks: {lan: {members: [a, {node: b, address: 10.130.0.9, interface: e}, r], prefix: 10.130.0.0/24, mtu: 9000, delay: 1ms}, n3: {rate: 1Gbit}, radio: {loss: 1%}}
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 0s, over: 1.5min, link: [a, b], direction: both, loss: 1%}, {at: 24h, link: [b, a], direction: forward, delay: 1ms}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 86400s, link: [a, b], queue: 5, rate: 1Mbit}]\nrepeat: 1440min
name: x\nnodes: {h: {kind: host, count: 1000}}
name: x\nnodes: {core: {kind: core, addresses: {n2: 10.100.0.9}}, gnb: {kind: gnb, dataplane: gtp}, upf: {kind: upf, edge: edge, pool: 10.61.0.0/16, dataplane: auto}, edge: {kind: edge, dnai: near}, ue: {kind: ue, supi: imsi-00101, gnbs: [gnb], sessions: [{dnn: ims, anchor: edge}, {}]}}
name: x\nnodes: {core: core, gnb: {kind: gnb, count: 9}, upf: upf, edge: edge, ue: {kind: ue, gnbs: [gnb-1, gnb-2, gnb-3, gnb-4, gnb-5, gnb-6, gnb-7, gnb-8, gnb-9]}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, sessions: []}}
name: x\nnodes: {a: {kind: host, routes: [{to: default, via: 10.130.0.2}, {to: 192.0.2.0/24, via: 10.130.0.2}]}, b: host}\nlinks: [{between: [a, b]}]
ROWS
rows bad <<'ROWS'
name: x
W\nn3_paths: {}
W\nn3_paths: [{between: [g], delay: 5ms}]
W\nn3_paths: [{between: [g, g], delay: 5ms}]
W\nn3_paths: [{delay: 5ms}]
W\nn3_paths: [{between: [g, u], delay: far}]
W\nn3_paths: [{between: [g, u], mtu: 1400}]
W\nmovement: []
W\nmovement: {positions: {g: [0, 0], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, ues: {}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, 0], h: [0, 0]}}
W\nmovement: {radio_delay: 1, positions: {g: [0, 0], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, far], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, 1000001], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, hysteresis: -1, positions: {g: [0, 0], h: [0, 0]}, ues: {}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, 0], h: [0, 0]}, ues: {ue: []}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, 0], h: [0, 0]}, ues: {ue: [{at: 0s}]}}
W\nmovement: {radio_delay: 1ms, positions: {g: [0, 0], h: [0, 0]}, ues: {ue: [{at: 0s, to: [0, 0], by: foot}]}}
nodes: {a: host}
name: X\nnodes: {a: host}
name: -x\nnodes: {a: host}
name: x-\nnodes: {a: host}
name: x2345678901234567890123456789012x\nnodes: {a: host}
name: [x]\nnodes: {a: host}
name: x\nnodes: {}
name: x\nnodes: [a]
name: x\nnode: {a: host}
name: x\nnodes: {A: host}
name: x\nnodes: {fabric: host}
name: x\nnodes: {a: hoost}
name: x\nnodes: {a: {}}
name: x\nnodes: {a: {kind: hoost}}
name: x\nnodes: {a: {kind: [host]}}
name: x\nnodes: {a: {kind: host, supi: y}}
name: x\nnodes: {a: {kind: host, count: 0}}
name: x\nnodes: {a: {kind: host, count: 1001}}
name: x\nnodes: {a: {kind: host, count: many}}
name: x\nnodes: {a: {kind: host, addresses: {lan: ten}}}
name: x\nnodes: {a: {kind: host, addresses: [10.0.0.1]}}
name: x\nnodes: {a: {kind: host, routes: {}}}
name: x\nnodes: {a: {kind: host, routes: [{to: default}]}}
name: x\nnodes: {a: {kind: host, routes: [{to: default, via: nowhere}]}}
name: x\nnodes: {a: {kind: host, routes: [{to: everywhere, via: 10.0.0.1}]}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, supi: imsi-12}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, supi: "001010000000001"}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, gnbs: gnb}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, gnbs: []}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, gnbs: [gnb, gnb]}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, sessions: {}}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, sessions: [{dnm: ims}]}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, sessions: [{dnn: I M S}]}}
name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, ue: {kind: ue, sessions: [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}}
name: x\nnodes: {core: core, gnb: {kind: gnb, dataplane: dpdk}, upf: upf, edge: edge}
name: x\nnodes: {core: core, upf: {kind: upf, pool: 10.60.0.0}, edge: edge}
name: x\nnodes: {core: core, upf: {kind: upf, edge: [edge]}, edge: edge}
name: x\nnodes: {core: core, upf: upf, edge: {kind: edge, dnai: Near}}
B\nmcc: 1a3
B\nmcc: "0011"
B\nmnc: "1"
B\nmnc: "1234"
B\ntac: 16777216
B\ntac: -1
B\ndataplane: dpdk
B\nneeds: qos
B\nneeds: [gold]
B\nmtu: 575
B\nmtu: 65536
B\nmtu: large
B\nmanagement: never
B\nmanagement: 10.0.0.0/31
B\nmanagement: 10.0.256.0/24
B\nservice_prefix: 10.0.0.0/7
B\nservice_prefix: 10.70.0.1
B\nrouting: ospf
B\nservices: [10.70.0.1]
B\nservices: {web: 10.70.0}
B\nservices: {Web: 10.70.0.1}
B\nservices: {web: {edges: [edge]}}
B\nservices: {web: {address: 10.70.0.1, edges: edge}}
B\nservices: {web: {address: 10.70.0.1, edge: [edge]}}
B\napps: [snake]
B\napps: {Snake: {}}
B\napps: {snake: edge}
B\napps: {a1: {}, a2: {}, a3: {}, a4: {}, a5: {}, a6: {}, a7: {}, a8: {}, a9: {}}
B\napps: {snake: {gam: snake}}
B\napps: {snake: {game: chess}}
B\napps: {mt: {game: minetest, world: 64}}
B\napps: {mt: {game: minetest, bots: 65}}
B\napps: {mt: {game: minetest, seed: 2147483648}}
B\napps: {snake: {rendering: moon}}
B\napps: {snake: {service: here}}
B\napps: {snake: {edges: edge}}
B\napps: {snake: {image: nowhere}}
B\napps: {snake: {codec: vp8}}
B\napps: {snake: {bitrate: fast}}
B\napps: {snake: {width: 300}}
B\napps: {snake: {width: 330}}
B\napps: {snake: {height: 1104}}
B\napps: {snake: {height: 224}}
B\napps: {snake: {width: 1936}}
B\napps: {snake: {fps: 121}}
B\napps: {snake: {fps: 0}}
B\napps: {snake: {bots: 65}}
B\napps: {snake: {world: 31}}
B\napps: {snake: {seed: -1}}
B\napps: {snake: {players: {ue: ue}}}
B\napps: {snake: {players: [{}]}}
B\napps: {snake: {players: [{ue: ue, account: Alice}]}}
B\napps: {snake: {players: [{ue: ue, threshold: 1.1}]}}
B\napps: {snake: {players: [{ue: ue, threshold: high}]}}
B\napps: {snake: {players: [{ue: ue, window: 0}]}}
B\napps: {snake: {players: [{ue: ue, window: 65}]}}
B\napps: {snake: {players: [{ue: ue, input: keys}]}}
B\napps: {snake: {players: [{ue: ue, record: shown.y4m}]}}
B\napps: {snake: {players: [{ue: ue, session: 16}]}}
B\napps: {snake: {players: [{ue: ue, trigger: {}}]}}
B\napps: {snake: {players: [{ue: ue, trigger: {rtt: 9}}]}}
B\napps: {snake: {players: [{ue: ue, trigger: {loss: 2}}]}}
B\napps: {l: {workload: abacus}}
B\napps: {l: {workload: [ledger]}}
B\napps: {l: {workload: ledger, game: snake}}
B\napps: {l: {workload: ledger, players: []}}
B\napps: {l: {workload: ledger, bitrate: 1Mbit}}
B\napps: {l: {workload: ledger, hepa: 1MB}}
B\napps: {snake: {heap: 64MB}}
B\napps: {snake: {at: edge}}
B\napps: {snake: {game: snake, layers: {}}}
B\napps: {l: {workload: ledger, heap: 64}}
B\napps: {l: {workload: ledger, heap: 64mb}}
B\napps: {l: {workload: ledger, heap: lots}}
B\napps: {l: {workload: ledger, read: -1KB}}
B\napps: {l: {workload: ledger, compressible: 1.1}}
B\napps: {l: {workload: ledger, compressible: high}}
B\napps: {l: {workload: ledger, work: 11s}}
B\napps: {l: {workload: ledger, workers: 2}}
B\napps: {l: {workload: ledger-split, workers: 0}}
B\napps: {l: {workload: ledger-split, workers: 17}}
B\napps: {l: {workload: ledger, clients: 0}}
B\napps: {l: {workload: ledger, clients: 1025}}
B\napps: {t: {workload: tar, clients: 1}}
B\napps: {l: {workload: ledger, cooperative: 2}}
B\napps: {c: {workload: cpu, read: 1KB}}
B\napps: {c: {workload: mem, work: 1ms}}
B\napps: {c: {workload: video, cooperative: true}}
B\napps: {l: {workload: ledger, layers: 64MB}}
B\napps: {l: {workload: ledger, layers: {instance: 64MB}}}
B\napps: {l: {workload: ledger, layers: {base: 64}}}
B\napps: {l: {workload: ledger, layers: {at: edge}}}
B\ndnns: [ims]
B\ndnns: {ims: {sst: 256}}
B\ndnns: {ims: {sd: 00ff0}}
B\ndnns: {ims: {sd: 00ff0g}}
B\ndnns: {ims: {dns: here}}
B\ndnns: {IMS: {sst: 1}}
B\nnetworks: [lan]
B\nnetworks: {Lan: {members: [a, b]}}
B\nnetworks: {lan: {members: []}}
B\nnetworks: {lan: {members: a}}
B\nnetworks: {lan: {members: [a, {address: 10.0.0.1}]}}
B\nnetworks: {lan: {members: [a, {node: b, interface: ""}]}}
B\nnetworks: {lan: {members: [a, {node: b, interface: mgmt0}]}}
B\nnetworks: {lan: {members: [a, {node: b, interface: a/b}]}}
B\nnetworks: {lan: {members: [a, {node: b, adress: 10.0.0.1}]}}
B\nnetworks: {lan: {members: [a, b], dleay: 1ms}}
B\nnetworks: {lan: {members: [a, b], delay: 1}}
B\nnetworks: {lan: {members: [a, b], forward: {delay: 1ms}}}
B\nlinks: {between: [a, b]}
B\nlinks: [[a, b]]
B\nlinks: [{rate: 1Mbit}]
B\nlinks: [{between: a}]
B\nlinks: [{between: [a]}]
B\nlinks: [{between: [a, b, r]}]
B\nlinks: [{between: [a, a]}]
B\nlinks: [{between: [a, [b]]}]
B\nlinks: [{between: [a, b], prefix: 10.0.0.0/31}]
B\nlinks: [{between: [a, b], prefix: 10.0.0.0}]
B\nlinks: [{between: [a, b], addresses: 10.0.0.1}]
B\nlinks: [{between: [a, b], addresses: [10.0.0.1]}]
B\nlinks: [{between: [a, b], addresses: [10.130.0.1, 10.130.0.1]}]
B\nlinks: [{between: [a, b], interfaces: [e0]}]
B\nlinks: [{between: [a, b], interfaces: [lo, e0]}]
B\nlinks: [{between: [a, b], interfaces: [.e0, e0]}]
B\nlinks: [{between: [a, b], interfaces: [e234567890123456, e0]}]
B\nlinks: [{between: [a, b], mtu: 100}]
B\nlinks: [{between: [a, b], dely: 5ms}]
B\nlinks: [{between: [a, b], rate: 10}]
B\nlinks: [{between: [a, b], rate: 10mbit}]
B\nlinks: [{between: [a, b], rate: 999bit}]
B\nlinks: [{between: [a, b], rate: 0Mbit}]
B\nlinks: [{between: [a, b], rate: 1001Gbit}]
B\nlinks: [{between: [a, b], rate: none}]
B\nlinks: [{between: [a, b], delay: 5}]
B\nlinks: [{between: [a, b], delay: -5ms}]
B\nlinks: [{between: [a, b], delay: 5 ms}]
B\nlinks: [{between: [a, b], delay: .5ms}]
B\nlinks: [{between: [a, b], delay: 5.ms}]
B\nlinks: [{between: [a, b], delay: 1e1ms}]
B\nlinks: [{between: [a, b], delay: 11s}]
B\nlinks: [{between: [a, b], delay: 1min}]
B\nlinks: [{between: [a, b], delay: 10001ms}]
B\nlinks: [{between: [a, b], jitter: [1ms]}]
B\nlinks: [{between: [a, b], loss: 0.1}]
B\nlinks: [{between: [a, b], loss: 101%}]
B\nlinks: [{between: [a, b], corrupt: 100.1%}]
B\nlinks: [{between: [a, b], duplicate: 1000%}]
B\nlinks: [{between: [a, b], delay: 1ms, queue: 0}]
B\nlinks: [{between: [a, b], delay: 1ms, queue: 65537}]
B\nlinks: [{between: [a, b], delay: 1ms, queue: 1.5}]
B\nlinks: [{between: [a, b], forward: 5ms}]
B\nlinks: [{between: [a, b], forward: {mtu: 1400}}]
B\nlinks: [{between: [a, b]}]\nchanges: {at: 1s, link: [a, b], loss: 1%}
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, link: [a, b]}]
B\nlinks: [{between: [a, b]}]\nchanges: [{link: [a, b], loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: soon, link: [a, b], loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 25h, link: [a, b], loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, over: 1d, link: [a, b], loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, link: a, loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, link: [a, b], direction: up, loss: 1%}]
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, link: [a, b], mtu: 1400, loss: 1%}]
B\nlinks: [{between: [a, b]}]\nrepeat: 5s
B\nlinks: [{between: [a, b]}]\nchanges: [{at: 1s, link: [a, b], loss: 1%}]\nrepeat: [5s]
- a\n- b
name: x\nnodes: {a: [
ROWS

verdict() { # FILE: baton's
	if _output=$("$build/bin/baton" validate "$1" 2>&1); then echo taken; else echo refused; fi
}
for prefix in good bad; do
	note "$([ $prefix = good ] && echo 'forms that both take' || echo 'mistakes that both refuse')"
	wanted=$([ $prefix = good ] && echo taken || echo refused)
	mapfile -t rows <"$tmp/$prefix.rows"
	files=() n=0
	for ((i = 1; i <= ${#rows[@]}; i++)); do files+=("$tmp/$prefix-$i"); done
	while read -r _ said; do
		row=${rows[n]} n=$((n + 1))
		own=$(verdict "$tmp/$prefix-$n")
		if [ "$own" = "$wanted" ] && [ "${said%%:*}" = "$wanted" ]; then
			pass "$prefix: $row"
		else
			fail "$prefix: $row" "baton: $own ($_output)"$'\n'"the schema: $said"
		fi
	done < <(editor "${files[@]}")
	is "all ${#rows[@]}" $n ${#rows[@]}
done
done_testing
