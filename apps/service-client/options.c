// SPDX-License-Identifier: Apache-2.0
#include "apps/service-client/options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "apps/frames/state.h"
#include "lib/amount.h"
#include "lib/version.h"

#define BODY_UNSET UINT32_MAX

enum {
	LEDGER_BODY = 64,
	FRAME_BODY = 1208,   /* 40x30 */
	FRAME_SMALLEST = 20, /* 4x3 */
};

static const char usage[] =
	"usage: service-client --address A --port P [--tcp] [--rate N | --burst ON/OFF/N | "
	"--closed] ...\n"
	"       service-client --address A --port P --ping\n"
	"\n"
	"makes numbered requests of a service, and compares every answer with a model of its own\n"
	"\n"
	"  --address A        of the service\n"
	"  --port P           7000\n"
	"  --tcp              over TCP; else UDP\n"
	"  --rate N           requests a second; 10\n"
	"  --burst ON/OFF/N   N a second for ON ms, none for OFF ms, and so on\n"
	"  --closed           the next when the last is answered\n"
	"  --requests N       end after so many\n"
	"  --seconds S        end after so long; neither: at SIGTERM or SIGINT\n"
	"  --until-stdin      end when standard input is closed\n"
	"  --patience MS      at the end, wait so long without any answer for those that miss one; "
	"10000\n"
	"  --body N           octets of a request; 64; of frames 1208: a picture of 40x30\n"
	"  --model KEY=V,...  what the service is: heap, read, write, compressible, clients; "
	"data=SIZE of its layer\n"
	"  --app NAME         ledger or frames\n"
	"  --alone            nobody else has requests applied: totals are compared, too\n"
	"  --resend MS        over UDP, 20\n"
	"  --client ID        a number; else by chance\n"
	"  --out FILE         a row a request, CSV\n"
	"  --ping             ask once whether it answers\n"
	"  --version, --help\n";

enum {
	O_ADDRESS = 256,
	O_PORT,
	O_TCP,
	O_RATE,
	O_BURST,
	O_CLOSED,
	O_REQUESTS,
	O_SECONDS,
	O_STDIN,
	O_PATIENCE,
	O_BODY,
	O_MODEL,
	O_APP,
	O_ALONE,
	O_RESEND,
	O_CLIENT,
	O_OUT,
	O_PING,
	O_VERSION,
	O_HELP
};

static const struct option table[] = {
	{"address", required_argument, NULL, O_ADDRESS},
	{"port", required_argument, NULL, O_PORT},
	{"tcp", no_argument, NULL, O_TCP},
	{"rate", required_argument, NULL, O_RATE},
	{"burst", required_argument, NULL, O_BURST},
	{"closed", no_argument, NULL, O_CLOSED},
	{"requests", required_argument, NULL, O_REQUESTS},
	{"seconds", required_argument, NULL, O_SECONDS},
	{"until-stdin", no_argument, NULL, O_STDIN},
	{"patience", required_argument, NULL, O_PATIENCE},
	{"body", required_argument, NULL, O_BODY},
	{"model", required_argument, NULL, O_MODEL},
	{"app", required_argument, NULL, O_APP},
	{"alone", no_argument, NULL, O_ALONE},
	{"resend", required_argument, NULL, O_RESEND},
	{"client", required_argument, NULL, O_CLIENT},
	{"out", required_argument, NULL, O_OUT},
	{"ping", no_argument, NULL, O_PING},
	{"version", no_argument, NULL, O_VERSION},
	{"help", no_argument, NULL, O_HELP},
	{0},
};

__attribute__((noreturn, format(printf, 1, 2))) static void wrong(const char *format, ...)
{
	va_list list;

	fputs("service-client: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputs("; see service-client --help\n", stderr);
	exit(2);
}

static uint64_t number(const char *option, uint64_t min, uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(optarg, &end, 10);
	if (errno || end == optarg || *end || optarg[0] == '-' || value < min || value > max)
		wrong("--%s: expected a number from %lu to %lu, found '%s'", option, min, max,
		      optarg);
	return value;
}

static void model_key(struct options *o, char *pair)
{
	char *value = strchr(pair, '=');
	const char *expected;
	int rc;

	if (!value)
		wrong("--model: expected KEY=VALUE, found '%s'", pair);
	*value++ = '\0';
	if (strcmp(pair, "data") == 0) {
		if (amount_read_size(value, &o->ledger.data_size) < 0)
			wrong("--model: data: expected a size such as 177MB, found '%s'", value);
		return;
	}
	rc = ledger_settings_set(&o->ledger, pair, value, &expected);
	if (rc == -ENOENT)
		wrong("--model: unknown key '%s', expected one of: heap, read, write, "
		      "compressible, clients, data",
		      pair);
	if (rc < 0)
		wrong("--model: %s: expected %s, found '%s'", pair, expected, value);
}

static void model_read(struct options *o, const char *text)
{
	char *copy = strdup(text), *rest = copy;

	if (!copy)
		wrong("no memory");
	for (char *pair = strtok_r(copy, ",", &rest); pair; pair = strtok_r(NULL, ",", &rest))
		model_key(o, pair);
	free(copy);
}

static void rate_read(struct options *o)
{
	char *end;

	o->pace = (struct pace){.kind = PACE_RATE, .rate = strtod(optarg, &end)};
	if (end == optarg || *end || !(o->pace.rate > 0 && o->pace.rate <= 100000))
		wrong("--rate: expected requests a second, above 0 and up to 100000, found '%s'",
		      optarg);
}

static void app_read(struct options *o)
{
	if (strcmp(optarg, "ledger") == 0)
		o->client.ops = &ledger_ops;
	else if (strcmp(optarg, "frames") == 0)
		o->client.ops = &frames_ops;
	else
		wrong("--app: expected ledger or frames, found '%s'", optarg);
}

/* Those without a value; Return: whether it is one */
static bool flag_take(struct options *o, int option)
{
	switch (option) {
	case O_TCP:
		o->client.tcp = true;
		return true;
	case O_CLOSED:
		o->pace = (struct pace){.kind = PACE_CLOSED};
		return true;
	case O_STDIN:
		o->until_stdin = true;
		return true;
	case O_ALONE:
		o->client.alone = true;
		return true;
	case O_PING:
		o->ping = true;
		return true;
	case O_VERSION:
		printf("service-client %s (%s)\n", version_string, version_commit);
		exit(0);
	case O_HELP:
		fputs(usage, stdout);
		exit(0);
	default:
		return false;
	}
}

static void option_take(struct options *o, int option)
{
	switch (option) {
	case O_ADDRESS:
		if (inet_pton(AF_INET, optarg, &o->client.address) != 1)
			wrong("--address: expected an IPv4 address, found '%s'", optarg);
		break;
	case O_PORT:
		o->client.port = (uint16_t)number("port", 1, 65535);
		break;
	case O_RATE:
		rate_read(o);
		break;
	case O_BURST:
		if (pace_read_burst(optarg, &o->pace) < 0)
			wrong("--burst: expected ON_MS/OFF_MS/N such as 1000/3000/50, found '%s'",
			      optarg);
		break;
	case O_REQUESTS:
		o->requests = number("requests", 1, 1ull << 40);
		break;
	case O_SECONDS:
		o->seconds = number("seconds", 1, 1000000);
		break;
	case O_PATIENCE:
		o->patience_ms = number("patience", 0, 3600000);
		break;
	case O_BODY:
		o->client.body = (uint32_t)number("body", 0, SERVICE_BODY_MAX);
		break;
	case O_MODEL:
		model_read(o, optarg);
		break;
	case O_APP:
		app_read(o);
		break;
	case O_RESEND:
		o->client.resend_ms = (unsigned)number("resend", 1, 60000);
		break;
	case O_CLIENT:
		o->client.client = number("client", 1, UINT64_MAX);
		break;
	case O_OUT:
		o->out = optarg;
		break;
	default:
		exit(2);
	}
}

static void check(const struct options *o)
{
	const char *said = ledger_settings_check(&o->ledger);

	if (o->client.ops == &frames_ops && o->client.body < FRAME_SMALLEST)
		wrong("--body: a picture takes at least %d octets", FRAME_SMALLEST);
	if (!o->client.address.s_addr)
		wrong("--address is missing");
	if (said)
		wrong("--model: %s", said);
	if (!o->client.tcp && o->client.body > SERVICE_DATAGRAM_BODY_MAX)
		wrong("--body: expected at most %d octets over UDP", SERVICE_DATAGRAM_BODY_MAX);
}

void options_read(int argc, char **argv, struct options *o)
{
	int option;

	*o = (struct options){.ledger = ledger_settings_default(),
			      .pace = {.kind = PACE_RATE, .rate = 10},
			      .patience_ms = 10000,
			      .client = {.port = 7000,
					 .body = BODY_UNSET,
					 .resend_ms = 20,
					 .ops = &ledger_ops,
					 .model = &o->ledger}};
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1)
		if (!flag_take(o, option))
			option_take(o, option);
	if (optind < argc)
		wrong("unexpected '%s'", argv[optind]);
	if (o->client.body == BODY_UNSET)
		o->client.body = o->client.ops == &frames_ops ? FRAME_BODY : LEDGER_BODY;
	check(o);
	while (!o->client.client)
		if (getrandom(&o->client.client, sizeof(o->client.client), 0) < 0)
			wrong("no random number: %s", strerror(errno));
}
