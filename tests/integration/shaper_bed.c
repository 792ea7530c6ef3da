// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/shaper_bed.h"

#include <errno.h>
#include <net/ethernet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "link-shaper/checksum.h"
#include "testbed/link_client.h"

enum { IP_LEN = 20, UDP_LEN = 8, ANSWER_WAIT_MS = 20000, SERVICE = 7777, WIRE = 77 };

static const uint8_t mac[2][6] = {{2, 0xba, 0x5a, 0, 0, 1}, {2, 0xba, 0x5a, 0, 0, 2}};

static void bed_link(struct shaper_bed *bed)
{
	const struct nl_veth veth = {.name = "wire",
				     .peer = "wire",
				     .netns_fd = -1,
				     .peer_netns_fd = bed->b.fd,
				     .mac = mac[0],
				     .peer_mac = mac[1],
				     .ifindex = WIRE,
				     .peer_ifindex = WIRE};

	if (nl_link_add_veth(bed->a.nl, &veth) || nl_link_set_up(bed->a.nl, WIRE, true) ||
	    nl_link_set_up(bed->b.nl, WIRE, true))
		bail("wire", EIO);
	addr_add(&bed->a, "wire", "10.9.0.1", 24);
	addr_add(&bed->b, "wire", "10.9.0.2", 24);
	neigh_add(&bed->a, "wire", "10.9.0.2", mac[1]);
	neigh_add(&bed->b, "wire", "10.9.0.1", mac[0]);
	bed->port_a = port_open(&bed->a, "wire");
	bed->port_b = port_open(&bed->b, "wire");
}

void bed_make(struct shaper_bed *bed)
{
	memset(bed, 0, sizeof(*bed));
	snprintf(bed->dir, sizeof(bed->dir), "/tmp/shaper-bed.XXXXXX");
	if (!mkdtemp(bed->dir))
		bail(bed->dir, errno);
	snprintf(bed->socket, sizeof(bed->socket), "%s/socket", bed->dir);
	netns_make(&bed->a);
	netns_make(&bed->b);
	bed_link(bed);
}

void bed_relink(struct shaper_bed *bed)
{
	close(bed->port_a);
	close(bed->port_b);
	if (nl_link_del(bed->a.nl, WIRE))
		bail("wire", EIO);
	bed_link(bed);
}

void bed_free(struct shaper_bed *bed)
{
	static const char *const names[] = {"config", "state", "socket", "log"};
	char path[128];

	if (bed->shaper)
		bed_stop(bed, SIGTERM);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", bed->dir, names[i]);
		unlink(path);
	}
	rmdir(bed->dir);
	close(bed->port_a);
	close(bed->port_b);
	netns_free(&bed->a);
	netns_free(&bed->b);
}

void bed_config(struct shaper_bed *bed, const char *a, const char *b, const char *rest)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/config", bed->dir);
	file = fopen(path, "w");
	if (!file)
		bail(path, errno);
	fprintf(file,
		"socket: %s\nstate: %s/state\nports:\n"
		"  - {node: a, interface: wire, netns: /proc/%d/fd/%d, peer: 'b:wire'%s}\n"
		"  - {node: b, interface: wire, netns: /proc/%d/fd/%d, peer: 'a:wire'%s}\n%s",
		bed->socket, bed->dir, getpid(), bed->a.fd, a, getpid(), bed->b.fd, b, rest);
	if (fclose(file))
		bail(path, errno);
}

static void shaper_exec(struct shaper_bed *bed)
{
	const char *program = getenv("BATON_SHAPER");
	char config[128], log[128];

	snprintf(config, sizeof(config), "%s/config", bed->dir);
	snprintf(log, sizeof(log), "%s/log", bed->dir);
	if (!freopen(log, "a", stderr))
		_exit(126);
	execl(program ? program : "build/bin/link-shaper", "link-shaper", "--config", config, NULL);
	_exit(127);
}

void bed_start(struct shaper_bed *bed)
{
	const uint64_t end = now_ms() + ANSWER_WAIT_MS;
	struct link_client_error err;
	struct link_client_keeping keeping;

	unlink(bed->socket); /* what answers is the new one */
	fflush(stdout);
	bed->shaper = fork();
	if (bed->shaper < 0)
		bail("fork", errno);
	if (bed->shaper == 0)
		shaper_exec(bed);
	while (link_client_keeping(bed->socket, &keeping, &err)) {
		if (now_ms() > end || waitpid(bed->shaper, NULL, WNOHANG))
			bail(err.text, ETIMEDOUT);
		usleep(10000);
	}
}

int bed_stop(struct shaper_bed *bed, int signal)
{
	int status;

	kill(bed->shaper, signal);
	if (waitpid(bed->shaper, &status, 0) != bed->shaper)
		bail("waitpid", errno);
	bed->shaper = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

/* ---- requests ---- */

const char *bed_set(struct shaper_bed *bed, const char *node, const char *shape)
{
	static const char *const keys[] = {"rate_bps",	"delay_us", "jitter_us", "loss",
					   "duplicate", "reorder",  "corrupt",	 "queue"};
	static char backend[16];
	json_t *given = json_loads(shape, 0, NULL), *whole = json_object();
	struct link_client_error err;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set_new(whole, keys[i], json_null());
	json_object_update(whole, given);
	json_decref(given);
	if (link_client_set(bed->socket, node, "wire", whole, backend, &err))
		bail(err.text, EIO);
	return backend;
}

const char *bed_refusal(struct shaper_bed *bed, const char *node, const char *shape)
{
	static struct link_client_error err;

	return link_client_set(bed->socket, node, "wire", json_loads(shape, 0, NULL), NULL, &err)
		       ? err.text
		       : "";
}

json_t *bed_port(struct shaper_bed *bed, const char *node)
{
	struct link_client_error err;
	json_t *answer, *port, *found = NULL;
	size_t i;

	if (link_client_get(bed->socket, &answer, &err))
		bail(err.text, EIO);
	json_array_foreach(json_object_get(answer, "ports"), i,
			   port) if (!strcmp(json_string_value(json_object_get(port, "node")),
					     node)) found = json_incref(port);
	json_decref(answer);
	if (!found)
		bail(node, ENOENT);
	return found;
}

json_int_t bed_count(struct shaper_bed *bed, const char *node, const char *counter)
{
	json_t *port = bed_port(bed, node);
	json_int_t count =
		json_integer_value(json_object_get(json_object_get(port, "counters"), counter));

	json_decref(port);
	return count;
}

const char *bed_output(const struct netns *netns, const char *command)
{
	static char text[8192];
	size_t len;
	FILE *pipe;

	netns_enter(netns);
	pipe = popen(command, "r");
	if (!pipe)
		bail(command, errno);
	len = fread(text, 1, sizeof(text) - 1, pipe);
	text[len] = '\0';
	pclose(pipe);
	return text;
}

/* ---- packets ---- */

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void bed_frame(uint8_t *frame, unsigned n, size_t size)
{
	const uint8_t header[IP_LEN] = {0x45, 0, 0,  0, 0, 0, 0x40, 0, 64, 17,
					0,    0, 10, 9, 0, 1, 10,   9, 0,  2};
	uint8_t *ip_at = frame + ETH_HLEN, *udp = ip_at + IP_LEN;
	const size_t len = size - ETH_HLEN - IP_LEN;
	uint32_t sum;

	memcpy(frame, mac[1], 6);
	memcpy(frame + 6, mac[0], 6);
	put16(frame + 12, ETHERTYPE_IP);
	memcpy(ip_at, header, IP_LEN);
	put16(ip_at + 2, len + IP_LEN);
	put16(ip_at + 10, checksum_fold(checksum_add(0, ip_at, IP_LEN)));
	put16(udp, SERVICE);
	put16(udp + 2, SERVICE);
	put16(udp + 4, len);
	put16(udp + 6, 0);
	put16(udp + UDP_LEN, n >> 16);
	put16(udp + UDP_LEN + 2, n);
	for (size_t i = UDP_LEN + 4; i < len; i++)
		udp[i] = (uint8_t)(n + i);
	sum = checksum_pseudo(ip_at, false, 17, (uint32_t)len);
	put16(udp + 6, checksum_fold(checksum_add(sum, udp, len)));
}

unsigned bed_number(const uint8_t *frame)
{
	const uint8_t *at = frame + ETH_HLEN + IP_LEN + UDP_LEN;

	return (unsigned)at[0] << 24 | (unsigned)at[1] << 16 | (unsigned)at[2] << 8 | at[3];
}

bool bed_checksum_is_right(const uint8_t *frame, size_t len)
{
	const uint8_t *ip_at = frame + ETH_HLEN;
	const size_t rest = len - ETH_HLEN - IP_LEN;
	uint32_t sum = checksum_pseudo(ip_at, false, 17, (uint32_t)rest);

	return checksum_fold(checksum_add(sum, ip_at + IP_LEN, rest)) == 0;
}

void bed_send(struct shaper_bed *bed, unsigned count, size_t size)
{
	uint8_t frame[2048];

	for (unsigned n = 0; n < count; n++) {
		bed_frame(frame, n, size);
		port_send(bed->port_a, frame, size);
	}
}

size_t bed_receive(struct shaper_bed *bed, uint8_t *frame, size_t size, int timeout_ms)
{
	size_t len;

	/* whatever else the stack says on the wire is not of the test */
	while ((len = port_receive(bed->port_b, frame, size, timeout_ms)))
		if (len > ETH_HLEN + IP_LEN + UDP_LEN + 4 && frame[12] == 8 && frame[23] == 17 &&
		    frame[36] << 8 == (SERVICE & 0xff00))
			break;
	return len;
}
