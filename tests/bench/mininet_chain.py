# SPDX-License-Identifier: Apache-2.0
"""Mininet's chain of N hosts for bench_topology: prints the seconds that start and stop took."""
import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet

setLogLevel("error")
count = int(sys.argv[1])
began = time.monotonic()
net = Mininet(controller=None)
hosts = [net.addHost(f"bm{i}", ip=None) for i in range(count)]
for i in range(count - 1):
    left, right = f"10.131.{i // 64}.{i % 64 * 4 + 1}/30", f"10.131.{i // 64}.{i % 64 * 4 + 2}/30"
    net.addLink(hosts[i], hosts[i + 1], intfName1="right", intfName2="left", params1={"ip": left}, params2={"ip": right})
net.start()
up = time.monotonic() - began
began = time.monotonic()
net.stop()
print(up, time.monotonic() - began)
