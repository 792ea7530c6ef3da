// SPDX-License-Identifier: Apache-2.0
/*
 * gtp5g-tools without a kernel: what is written on a command line, in a file and in JSON, and what
 * is wrong with it and where; that what is printed is taken back; batches in a world that is a list
 * in memory and refuses what it is told to.
 */
#include "gtp5g-tools/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static char *printed(const struct request *request)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	request_print(request, out);
	fclose(out);
	return text;
}

/* ---- one request ---- */

/* A line as the command line has it: no places are told */
static int read_words(const char *line, struct request *request, struct complaint *complaint)
{
	static char copy[4096];
	struct words words;
	int rc;

	snprintf(copy, sizeof(copy), "%s", line);
	rc = words_of_line(copy, NULL, 1, &words, complaint);
	if (!rc)
		rc = request_read(words.word, words.count, request, complaint);
	return rc ? rc : request_check(request, GTP5G_VERSION(0, 10, 2), complaint);
}

static const struct {
	const char *line, *said;
} mistakes[] = {
	{"prd add upf0 1", "unknown noun 'prd', did you mean 'pdr'?"},
	{"xyzzy add upf0 1", "unknown noun 'xyzzy'"},
	{"pdr", "pdr: expected add, mod, del, get or list behind it"},
	{"pdr ad upf0 1", "unknown verb 'ad', did you mean 'add'?"},
	{"pdr add", "usage: pdr add DEVICE [SEID:]ID [--FIELD VALUE]..."},
	{"pdr add upf0", "usage: pdr add DEVICE"},
	{"far del upf0 1 --action drop", "usage: far del DEVICE [SEID:]ID"},
	{"far mod upf0 1", "usage: far mod DEVICE [SEID:]ID --FIELD VALUE..."},
	{"far list upf0 1", "usage: far list [DEVICE]"},
	{"tunnel get gtp0", "usage: tunnel get DEVICE UE-ADDRESS"},
	{"far add --action 1", "expected the name of a link, found '--action'"},
	{"far add sixteen-letters0 1", "expected the name of a link, found 'sixteen-letters0'"},
	{"far add 'a b' 1", "expected the name of a link, found 'a b'"},
	{"far add a/b 1", "expected the name of a link, found 'a/b'"},
	{"far add upf0 x", "id: expected a number from 0 to 4294967295"},
	{"far add upf0 1:", "id: expected a number"},
	{"far add upf0 :1", "seid: expected a number from 0 to 18446744073709551615"},
	{"far add upf0 1:2:3", "id: expected a number"},
	{"pdr add upf0 65536", "id: expected a number from 0 to 65535"},
	{"bar add upf0 256", "id: expected a number from 0 to 255"},
	{"far add upf0 1 action drop",
	 "expected an option of far such as --action, found 'action'"},
	{"far add upf0 1 --acton drop", "far has no --acton, did you mean --action?"},
	{"far add upf0 1 --xyzzy drop", "far has no --xyzzy"},
	{"far add upf0 1 --id 2", "far has no --id"},
	{"far add upf0 1 --pdrs 2", "far has no --pdrs"},
	{"far add upf0 1 --action", "--action needs a value: drop|forw|buff[,nocp]"},
	{"far add upf0 1 --action forwd", "--action: expected some of, with commas, drop, forw,"},
	{"far add upf0 1 --action=", "--action: expected some of"},
	{"far add upf0 1 --action drop --action drop", "--action is there twice"},
	{"far add upf0 1 --action forw --teid -1",
	 "--teid: expected a number from 0 to 4294967295, decimal or 0x hexadecimal, found '-1'"},
	{"far add upf0 1 --action forw --teid 4294967296 --peer-address 10.0.0.1",
	 "--teid: expected"},
	{"far add upf0 1 --action forw --teid 1",
	 "far add: --teid: it needs --peer-address beside it"},
	{"far add upf0 1", "far add: --action is missing"},
	/* gtp5g#173 */
	{"pdr add upf0 1 --precedence 1 --source core --ue-address 10.0.0.1",
	 "pdr add: --far is missing: without one the kernel module dereferences NULL"},
	{"pdr add upf0 1 --precedence 1 --ue-address 10.0.0.1 --far 1",
	 "pdr add: --source is missing"},
	{"pdr add upf0 1 --flow 'permit out ip from any to assigned'",
	 "--flow: expected the UE's address instead of 'assigned'"},
	{"tunnel add gtp0 10.60.0.300 --teid 1",
	 "ue-address: expected an IPv4 address, found '10.60.0.300'"},
	{"tunnel add gtp0 10.60.0.2 --teid 1 --peer-teid 2", "--peer-address is missing"},
	{"tunnel mod gtp0 10.60.0.2 --teid 1",
	 "tunnel mod: the driver takes a change of the TEID, answers"},
	{"far add upf0 1 --action 'drop", "a quote that doesn't end"},
};

static void what_is_wrong_is_said(void **state)
{
	for (size_t i = 0; i < N(mistakes); i++) {
		struct complaint complaint = {""};
		struct request request;

		if (!read_words(mistakes[i].line, &request, &complaint) ||
		    strncmp(complaint.text, mistakes[i].said, strlen(mistakes[i].said)) != 0)
			fail_msg("%s: '%s'", mistakes[i].line, complaint.text);
	}
}

static void too_many_words(void **state)
{
	struct complaint complaint;
	struct words words;
	char line[4 * WORDS_MAX];

	for (size_t i = 0; i + 1 < sizeof(line); i++)
		line[i] = i % 2 ? ' ' : 'x';
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(words_of_line(line, "f", 7, &words, &complaint), -EINVAL);
	assert_string_equal(complaint.text, "f:7:193: more than 96 words");
}

/* A line, what it prints as where that differs, and its JSON */
static const struct {
	const char *line, *again, *json;
} same[] = {
	{"pdr add upf0 1:2 --precedence 255 --source access --ue-address 10.60.1.2 --teid "
	 "0x00000064 "
	 "--local-address 10.101.2.1 --outer-header-removal gtpu-udp-ipv4 --far 3 --qer 4,5 --urr "
	 "6",
	 NULL,
	 "{\"rule\":\"pdr\",\"device\":\"upf0\",\"seid\":1,\"id\":2,\"precedence\":255,"
	 "\"source\":\"access\",\"ue_address\":\"10.60.1.2\",\"teid\":100,"
	 "\"local_address\":\"10.101.2.1\",\"outer_header_removal\":\"gtpu-udp-ipv4\",\"far\":3,"
	 "\"qer\":[4,5],\"urr\":[6]}"},
	{"pdr add upf0 0:2 --precedence=0x10 --source=1 --ue-address=10.60.1.2 --far=3 "
	 "--framed-route 10.1.0.0/16,10.2.0.0/16 --flow=\"permit out tcp from any to 10.60.1.2 "
	 "80\"",
	 "pdr add upf0 2 --precedence 16 --source core --ue-address 10.60.1.2 "
	 "--flow 'permit out 6 from any to 10.60.1.2 80' --framed-route 10.1.0.0/16,10.2.0.0/16 "
	 "--far 3",
	 "{\"rule\":\"pdr\",\"device\":\"upf0\",\"id\":2,\"precedence\":16,\"source\":\"core\","
	 "\"ue_address\":\"10.60.1.2\",\"flow\":\"permit out 6 from any to 10.60.1.2 80\","
	 "\"framed_route\":[\"10.1.0.0/16\",\"10.2.0.0/16\"],\"far\":3}"},
	{"far add upf0 0xffffffffffffffff:4294967295 --action 12 --teid 4294967295 --peer-address "
	 "10.101.1.1",
	 "far add upf0 18446744073709551615:4294967295 --action buff,nocp "
	 "--outer-header-creation gtpu-udp-ipv4 --teid 0xffffffff --peer-address 10.101.1.1 "
	 "--peer-port 2152",
	 "{\"rule\":\"far\",\"device\":\"upf0\",\"seid\":\"0xffffffffffffffff\",\"id\":4294967295,"
	 "\"action\":[\"buff\",\"nocp\"],\"outer_header_creation\":\"gtpu-udp-ipv4\",\"teid\":"
	 "4294967295,"
	 "\"peer_address\":\"10.101.1.1\",\"peer_port\":2152}"},
	{"far mod upf0 1:1 --action drop", NULL,
	 "{\"rule\":\"far\",\"device\":\"upf0\",\"verb\":\"mod\",\"seid\":1,\"id\":1,\"action\":["
	 "\"drop\"]}"},
	{"qer del upf0 7", NULL,
	 "{\"rule\":\"qer\",\"device\":\"upf0\",\"verb\":\"del\",\"id\":7}"},
	{"qer add upf0 7 --gate closed --mbr-uplink 1000 --qfi 9", NULL,
	 "{\"rule\":\"qer\",\"device\":\"upf0\",\"id\":7,\"gate\":\"closed\",\"mbr_uplink\":1000,"
	 "\"qfi\":9}"},
	{"urr add upf0 7 --method volum --trigger volth,perio --threshold-total 1000",
	 "urr add upf0 7 --method volum --trigger perio,volth --threshold-total 1000",
	 "{\"rule\":\"urr\",\"device\":\"upf0\",\"id\":7,\"method\":[\"volum\"],"
	 "\"trigger\":[\"perio\",\"volth\"],\"threshold_total\":1000}"},
	{"bar add upf0 1 --delay 2 --packets 64", NULL,
	 "{\"rule\":\"bar\",\"device\":\"upf0\",\"id\":1,\"delay\":2,\"packets\":64}"},
	{"tunnel add gtp0 10.60.1.2 --teid 1 --peer-teid 0x80000000 --peer-address 10.101.1.1",
	 "tunnel add gtp0 10.60.1.2 --teid 0x00000001 --peer-teid 0x80000000 --peer-address "
	 "10.101.1.1",
	 "{\"rule\":\"tunnel\",\"device\":\"gtp0\",\"ue_address\":\"10.60.1.2\",\"teid\":1,"
	 "\"peer_teid\":2147483648,\"peer_address\":\"10.101.1.1\"}"},
};

static void assert_line(const struct request *request, const char *line)
{
	char *text = printed(request);

	assert_int_equal(text[strlen(text) - 1], '\n');
	text[strlen(text) - 1] = '\0';
	assert_string_equal(text, line);
	free(text);
}

static void what_is_printed_is_taken_back(void **state)
{
	for (size_t i = 0; i < N(same); i++) {
		const char *line = same[i].again ? same[i].again : same[i].line;
		const struct place place = {"f", 1, 1};
		struct complaint complaint = {""};
		struct request request, again;
		json_t *object;
		char *text;

		if (read_words(same[i].line, &request, &complaint))
			fail_msg("%s: %s", same[i].line, complaint.text);
		assert_line(&request, line);
		assert_int_equal(read_words(line, &again, &complaint), 0);
		assert_line(&again, line);

		object = request_json(&request);
		text = json_dumps(object, JSON_COMPACT);
		assert_string_equal(text, same[i].json);
		if (request_from_json(object, &place, &again, &complaint))
			fail_msg("%s: %s", text, complaint.text);
		assert_line(&again, line);
		free(text);
		json_decref(object);
	}
}

/* What the module alone tells is a comment in a line, and left out of what JSON is taken back */
static void what_is_told_alone(void **state)
{
	struct complaint complaint = {""};
	struct request request, again;
	const struct place place = {"f", 1, 1};
	json_t *object;

	assert_int_equal(read_words("far add upf0 1:3 --action forw", &request, &complaint), 0);
	request.rule.has |= 1 << GTP5G_FAR_PDRS;
	request.rule.far.pdrs.count = 2;
	request.rule.far.pdrs.id[0] = 1;
	request.rule.far.pdrs.id[1] = 2;
	assert_line(&request, "far add upf0 1:3 --action forw # pdrs 1,2");
	assert_int_equal(
		read_words("far add upf0 1:3 --action forw # pdrs 1,2", &again, &complaint), 0);
	assert_line(&again, "far add upf0 1:3 --action forw");
	request.derived = 1 << GTP5G_FAR_ACTION;
	object = request_json(&request);
	assert_int_equal(json_array_size(json_object_get(object, "pdrs")), 2);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(object, "derived"), 0)), "action");
	assert_int_equal(request_from_json(object, &place, &again, &complaint), 0);
	assert_line(&again, "far add upf0 1:3 --action forw");
	json_decref(object);
}

/* gtp5g doesn't tell a PDR's source interface; role, with an F-TEID or not, and what it must be */
static void the_source_is_worked_out(void **state)
{
	static const struct {
		bool ran;
		const char *line, *source;
	} rows[] = {
		{false, "--teid 1 --local-address 10.0.0.1", "access"},
		{false, "--ue-address 10.0.0.1", "core"},
		{true, "--teid 1 --local-address 10.0.0.1", "core"},
		{true, "--ue-address 10.0.0.1", "access"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		const struct gtp5g_table *table = gtp5g_table(GTP5G_PDR);
		struct complaint complaint = {""};
		struct request request;
		char line[200], wanted[64], *text;

		/* given, it stays as it is */
		snprintf(line, sizeof(line), "pdr mod upf0 1 --source core %s", rows[i].line);
		assert_int_equal(read_words(line, &request, &complaint), 0);
		request_derive(&request, rows[i].ran);
		assert_int_equal(request.derived, 0);
		assert_int_equal(request.rule.pdr.source, GTP5G_CORE);
		request.rule.has &= ~((uint64_t)1 << GTP5G_PDR_SOURCE);
		request_derive(&request, rows[i].ran);
		assert_int_equal(request.derived, 1 << GTP5G_PDR_SOURCE);
		text = printed(&request);
		snprintf(wanted, sizeof(wanted), "--source %s ", rows[i].source);
		assert_non_null(strstr(text, wanted));
		free(text);
		assert_true(table->field[GTP5G_PDR_SOURCE].flags & GTP5G_UNTOLD);
	}
}

/* ---- files ---- */

struct said {
	char text[2048];
	unsigned count;
};

static void keep(const char *text, void *user)
{
	struct said *said = user;

	said->count++;
	strncat(said->text, text, sizeof(said->text) - strlen(said->text) - 1);
	strncat(said->text, "\n", sizeof(said->text) - strlen(said->text) - 1);
}

static int read_text(const char *text, struct batch *batch, struct said *said)
{
	char *copy = strdup(text);
	int rc;

	assert_non_null(copy);
	memset(said, 0, sizeof(*said));
	rc = batch_read("f", copy, strlen(copy), batch, keep, said);
	free(copy);
	return rc;
}

static const struct {
	const char *text;
	int count; /* -1: refused */
	const char *said;
} files[] = {
	{"", 0, ""},
	{"\n# nothing\n\n   \t\n", 0, ""},
	{"far add upf0 1 --action drop\nfar del upf0 1", 2, ""},
	{"  far add upf0 1 --action drop # why\r\n\tfar del upf0 1\r\n", 2, ""},
	{"far add upf0 1 --action drop\n\n  far add upf0 2 --action dorp\n", -1,
	 "f:3:27: --action: expected some of, with commas, drop, forw, buff, nocp, dupl, found "
	 "'dorp'\n"},
	{"far add upf0 1 --action=dorp\n", -1, "f:1:16: --action: expected"},
	{"prd add upf0 1\nfar ad upf0 1\nfar add upf0\n", -1,
	 "f:1:1: unknown noun 'prd', did you mean 'pdr'?\nf:2:5: unknown verb 'ad', did you mean "
	 "'add'?\n"
	 "f:3:1: usage: far add DEVICE"},
	{"far list upf0\n", -1, "f:1:1: far list: a file holds add, mod and del alone\n"},
	{"far get upf0 1\n", -1, "f:1:1: far get: a file holds"},
	{"link add upf0\n", -1, "f:1:1: unknown noun 'link'"},
	{"far add upf0 1 --action \"drop\n", -1, "f:1:25: a quote that doesn't end\n"},
	{"[]", 0, ""},
	{" [ ] \n", 0, ""},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1},\n "
	 "{\"rule\":\"qer\",\"device\":\"u\",\"id\":2}]",
	 2, ""},
	{"{\"rule\":\"qer\",\"device\":\"u\",\"id\":1}\n", 1, ""},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":\"0x10\",\"qfi\":\"9\"}]", 1, ""},
	{"[\n  {\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\n   \"qfi\":64}\n]", -1,
	 "f:2:3: /qfi: expected a number from 0 to 63, decimal or 0x hexadecimal, found '64'\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"qfi\":true}]", -1,
	 "f:1:2: /qfi: expected a number, a text or a list of them, found 'something else'\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"qfi\":1.5}]", -1,
	 "f:1:2: /qfi: expected a number, a text or a list of them, found 'something else'\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"qfi\":[[9]]}]", -1,
	 "f:1:2: /qfi: expected a number, a text"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":-1}]", -1, "f:1:2: /id: expected a number"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"qif\":9}]", -1,
	 "f:1:2: /qif: qer has no such member\n"},
	{"[{\"rule\":\"pdr\",\"device\":\"u\",\"id\":1,\"ue-address\":\"10.0.0.1\"}]", -1,
	 "f:1:2: /ue-address: pdr has no such member\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\"}]", -1, "f:1:2: /id is missing\n"},
	{"[{\"rule\":\"tunnel\",\"device\":\"u\",\"teid\":1}]", -1,
	 "f:1:2: /ue-address is missing\n"},
	{"[{\"device\":\"u\",\"id\":1}]", -1,
	 "f:1:2: /rule: expected pdr, far, qer, urr, bar or tunnel\n"},
	{"[{\"rule\":\"qer\",\"id\":1}]", -1, "f:1:2: expected the name of a link, found ''\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"verb\":\"get\"}]", -1,
	 "f:1:2: /verb: expected add, mod or del\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"verb\":1}]", -1,
	 "f:1:2: /verb: expected add, mod or del\n"},
	{"[{\"rule\":\"qer\",\"rule\":\"far\"}]", -1, "f:1:"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1,\"verb\":\"mod\"}]", -1,
	 "f:1:2: mod: expected a member"},
	{"[1]", -1, "f:1:2: "},
	{"[[]]", -1, "f:1:2: expected an object: a rule\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1}", -1, "f:1:36: expected ',' or ']'\n"},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1},]", -1, "f:1:37: "},
	{"[{\"rule\":\"qer\",\"device\":\"u\",\"id\":1}]\nx", -1,
	 "f:2:1: expected nothing behind it\n"},
	{"[\n{\"rule\": \"qer\"\n  \"device\"", -1, "f:3:10: "},
	{"{", -1, "f:1:"},
};

static void files_and_where_they_are_wrong(void **state)
{
	for (size_t i = 0; i < N(files); i++) {
		struct batch batch;
		struct said said;
		int rc = read_text(files[i].text, &batch, &said);

		if ((files[i].count < 0) != (rc == -EINVAL) ||
		    strncmp(said.text, files[i].said, strlen(files[i].said)) != 0 ||
		    (!rc && said.count))
			fail_msg("%s: %d, %s", files[i].text, rc, said.text);
		if (!rc)
			assert_int_equal(batch.count, files[i].count);
		batch_done(&batch);
	}
}

static void a_file_of_mistakes_is_left(void **state)
{
	struct batch batch;
	struct said said;
	char text[3000] = "";

	for (int i = 0; i < 100; i++)
		strcat(text, "far add upf0 x\n");
	assert_int_equal(read_text(text, &batch, &said), -EINVAL);
	assert_int_equal(said.count, BATCH_COMPLAINTS_MAX);
	batch_done(&batch);
	memset(&said, 0, sizeof(said));
	memcpy(text, "far add\0upf0", 13);
	assert_int_equal(batch_read("f", text, 12, &batch, keep, &said), -EINVAL);
	assert_string_equal(said.text, "a NUL in it: not a text\n");
	batch_done(&batch);
}

/* ---- batches ---- */

enum { STORE = 32 };
struct store {
	char line[STORE][64]; /* "far upf0 1:2", in the order in which they came */
	size_t count;
	const char *refuse; /* a line that isn't taken */
	const char *keep;   /* one that isn't deleted */
	char log[1024];
	char told[256];	  /* what is printed of URRs that are deleted */
	uint32_t version; /* of the module; 0: 0.10.2 */
};

static size_t find(const struct store *s, const char *name)
{
	size_t i = 0;

	while (i < s->count && strcmp(s->line[i], name) != 0)
		i++;
	return i;
}

static int store_driver(void *user, const char *device, enum driver *ret_driver,
			struct complaint *ret_why)
{
	if (!strncmp(device, "upf", 3))
		*ret_driver = DRIVER_GTP5G;
	else if (!strncmp(device, "gtp", 3))
		*ret_driver = DRIVER_GTP;
	else
		return complain_at(ret_why, NULL, "there is no link %s", device) ? -ENODEV : 0;
	return 0;
}

static uint32_t store_version(void *user)
{
	const struct store *s = user;

	return s->version ? s->version : GTP5G_VERSION(0, 10, 2);
}

static int store_exists(void *user, const struct request *name, struct complaint *ret_why)
{
	struct store *s = user;
	char text[64];

	return find(s, request_name(name, text, sizeof(text))) < s->count ? 0 : -ENOENT;
}

static int store_change(struct store *s, const struct request *request, struct complaint *ret_why)
{
	char name[64];
	size_t at = find(s, request_name(request, name, sizeof(name)));

	snprintf(s->log + strlen(s->log), sizeof(s->log) - strlen(s->log), "%s %s\n",
		 verb_names[request->verb], name);
	if (request->verb == VERB_ADD && s->refuse && !strcmp(s->refuse, name))
		return complain_at(ret_why, NULL, "%s: refused", name) ? -EBUSY : 0;
	if (request->verb == VERB_DEL && s->keep && !strcmp(s->keep, name))
		return complain_at(ret_why, NULL, "%s: kept", name) ? -EBUSY : 0;
	if (request->verb == VERB_ADD) {
		assert_int_equal(at, s->count);
		assert_true(s->count < STORE);
		strcpy(s->line[s->count++], name);
	} else {
		assert_true(at < s->count);
	}
	if (request->verb == VERB_DEL)
		memmove(s->line[at], s->line[at + 1], (--s->count - at) * sizeof(s->line[0]));
	return 0;
}

static int store_apply(void *user, const struct request *request, struct complaint *ret_why)
{
	struct store *s = user;
	int rc = store_change(s, request, ret_why);

	if (!rc && request->verb == VERB_DEL && request->noun == noun_find("urr"))
		snprintf(s->told + strlen(s->told), sizeof(s->told) - strlen(s->told),
			 "report %u\n", request->rule.id);
	return rc;
}

static int store_take_back(void *user, const struct request *request, struct complaint *ret_why)
{
	assert_int_equal(request->verb, VERB_DEL);
	return store_change(user, request, ret_why);
}

static struct world world_of(struct store *store)
{
	return (struct world){store,	    store_driver, store_version,
			      store_exists, store_apply,  store_take_back};
}

#define FAR(id) "far add upf0 1:" #id " --action forw\n"
#define PDR(id, x)                                                                                 \
	"pdr add upf0 1:" #id " --precedence 1 --source core --ue-address 10.0.0.1 --far " #x "\n"
#define TUNNEL(n)                                                                                  \
	"tunnel add gtp0 10.60.0." #n " --teid " #n " --peer-teid 1 --peer-address 10.0.0.1\n"

static const struct {
	const char *there; /* before, as a batch */
	const char *text;
	bool atomic;
	int rc;
	const char *said;
} checked[] = {
	{"", FAR(1) PDR(1, 1), false, 0, ""},
	{FAR(1), PDR(1, 1), false, 0, ""},
	{FAR(1) PDR(1, 1), "pdr mod upf0 1:1 --precedence 9\npdr del upf0 1:1\n" PDR(1, 1), false,
	 0, ""},
	{"", PDR(1, 1) FAR(1), false, -ENOENT,
	 "f:1:1: --far: far upf0 1:1 isn't there, and must be before the PDR\n"},
	{FAR(1), "far del upf0 1:1\n\n" PDR(1, 1), false, -ENOENT,
	 "f:3:1: --far: far upf0 1:1 isn't there, since line 1, and must be before the PDR\n"},
	{"far add upf0 2:1 --action drop\n", PDR(1, 1), false, -ENOENT,
	 "f:1:1: --far: far upf0 1:1"},
	{"far add upf1 1:1 --action drop\n", PDR(1, 1), false, -ENOENT,
	 "f:1:1: --far: far upf0 1:1"},
	{FAR(1) PDR(1, 1), "pdr mod upf0 1:1 --far 2\n", false, -ENOENT,
	 "f:1:1: --far: far upf0 1:2 isn't there"},
	{FAR(1),
	 "pdr add upf0 1:1 --precedence 1 --source core --ue-address 10.0.0.1 --far 1 --qer 5\n",
	 false, -ENOENT, "f:1:1: --qer: qer upf0 1:5 isn't there, and must be before the PDR\n"},
	{FAR(1), FAR(1), false, -EEXIST, "f:1:1: far upf0 1:1 is there already\n"},
	{"", FAR(1) FAR(1), false, -EEXIST, "f:2:1: far upf0 1:1 is there already, since line 1\n"},
	{"", "far del upf0 1:1\nfar mod upf0 1:2 --action drop\n", false, -ENOENT,
	 "f:1:1: far upf0 1:1 isn't there\nf:2:1: far upf0 1:2 isn't there\n"},
	{FAR(1), "far del upf0 1:1\nfar del upf0 1:1\n", false, -ENOENT,
	 "f:2:1: far upf0 1:1 isn't there, since line 1\n"},
	{"", "far add eth0 1 --action drop\n", false, -ENODEV, "f:1:1: there is no link eth0\n"},
	{"", "far add gtp0 1 --action drop\n", false, -EMEDIUMTYPE,
	 "f:1:1: gtp0 is a link of the mainline driver, which has no far, only tunnels\n"},
	{"", "tunnel add upf0 10.0.0.1 --teid 1 --peer-teid 1 --peer-address 10.0.0.2\n", false,
	 -EMEDIUMTYPE, "f:1:1: upf0 is a link of gtp5g, which has no tunnel, but pdr,"},
	{"", TUNNEL(2) TUNNEL(3), true, 0, ""},
	{"", TUNNEL(2) TUNNEL(2), false, -EEXIST,
	 "f:2:1: tunnel gtp0 10.60.0.2 is there already, since line 1\n"},
	{TUNNEL(2), "tunnel mod gtp0 10.60.0.2 --teid 1\n", false, -EINVAL,
	 "f:1:1: tunnel mod: the driver takes"},
	{TUNNEL(2), "tunnel del gtp0 10.60.0.2\n" TUNNEL(2), false, 0, ""},
	{FAR(1), FAR(2) "far del upf0 1:1\n", true, -EINVAL, "f:2:1: far del: can't be taken back"},
	{"", "far add upf0 1\n", false, -EINVAL, "f:1:1: far add: --action is missing\n"},
};

static void fill(struct store *store, const char *text)
{
	struct world world = world_of(store);
	struct batch batch;
	struct said said;
	size_t done;

	assert_int_equal(read_text(text, &batch, &said), 0);
	assert_int_equal(batch_apply(&batch, &world, false, &done, keep, &said), 0);
	batch_done(&batch);
	store->log[0] = '\0';
}

static void batches_are_looked_at_first(void **state)
{
	for (size_t i = 0; i < N(checked); i++) {
		struct store store = {.count = 0};
		struct world world = world_of(&store);
		struct batch batch;
		struct said said;
		int rc;

		fill(&store, checked[i].there);
		assert_int_equal(read_text(checked[i].text, &batch, &said), 0);
		rc = batch_check(&batch, &world, checked[i].atomic, keep, &said);
		if (rc != checked[i].rc ||
		    strncmp(said.text, checked[i].said, strlen(checked[i].said)) != 0)
			fail_msg("%s: %d, %s", checked[i].text, rc, said.text);
		assert_string_equal(store.log, "");
		batch_done(&batch);
	}
}

static void carry_out(struct store *store, const char *text, bool atomic, int wanted_rc,
		      size_t wanted_done, struct said *said)
{
	struct world world = world_of(store);
	struct batch batch;
	size_t done;

	assert_int_equal(read_text(text, &batch, said), 0);
	assert_int_equal(batch_check(&batch, &world, atomic, keep, said), 0);
	assert_int_equal(batch_apply(&batch, &world, atomic, &done, keep, said), wanted_rc);
	assert_int_equal(done, wanted_done);
	batch_done(&batch);
}

static void a_failure_ends_a_batch(void **state)
{
	struct store store = {.refuse = "far upf0 1:2"};
	struct said said;

	carry_out(&store, FAR(1) "# between\n" FAR(2) FAR(3), false, -EBUSY, 1, &said);
	assert_string_equal(said.text, "f:3:1: far upf0 1:2: refused\n");
	assert_string_equal(store.log, "add far upf0 1:1\nadd far upf0 1:2\n");
	assert_int_equal(store.count, 1);
}

static void an_atomic_one_is_taken_back(void **state)
{
	struct store store = {.refuse = "pdr upf0 1:1"};
	struct said said;

	carry_out(&store, FAR(1) FAR(2) PDR(1, 1) FAR(3), true, -EBUSY, 0, &said);
	assert_string_equal(store.log, "add far upf0 1:1\nadd far upf0 1:2\nadd pdr upf0 1:1\n"
				       "del far upf0 1:2\ndel far upf0 1:1\n");
	assert_string_equal(said.text, "f:3:1: pdr upf0 1:1: refused\n");
	assert_int_equal(store.count, 0);
}

static void what_can_not_be_taken_back_is_said(void **state)
{
	struct store store = {.refuse = "far upf0 1:3", .keep = "far upf0 1:1"};
	struct said said;

	/* it is still in force, and counted so */
	carry_out(&store, FAR(1) FAR(2) FAR(3), true, -EBUSY, 1, &said);
	assert_string_equal(said.text, "f:3:1: far upf0 1:3: refused\n"
				       "f:1:1: it couldn't be taken back: far upf0 1:1: kept\n");
	assert_int_equal(store.count, 1);
}

#define URR(id) "urr add upf0 1:" #id " --method volum --trigger perio --period 1\n"

/* Of a URR that is taken back no last report is printed: it is as if it had never been */
static void taking_back_is_silent(void **state)
{
	struct store store = {.refuse = "far upf0 1:1"};
	struct said said;

	carry_out(&store, URR(1) FAR(1), true, -EBUSY, 0, &said);
	assert_int_equal(store.count, 0);
	assert_string_equal(store.told, "");
	carry_out(&store, URR(1) "urr del upf0 1:1\n", false, 0, 2, &said);
	assert_string_equal(store.told, "report 1\n");
}

/* No mistake in the file (-EINVAL, exit status 2), but nothing for this module */
static void what_a_version_does_not_know(void **state)
{
	static const char text[] = "qer add upf0 1:1 --mbr-uplink 5\n"
				   "pdr add upf0 1:1 --precedence 1 --source core --far 1 "
				   "--framed-route 10.1.0.0/16\n";
	struct store store = {.version = GTP5G_VERSION(0, 9, 14)};
	struct world world = world_of(&store);
	struct batch batch;
	struct said said;

	assert_int_equal(read_text(text, &batch, &said), 0);
	assert_int_equal(batch_check(&batch, &world, false, keep, &said), -EOPNOTSUPP);
	assert_string_equal(said.text,
			    "f:1:1: qer add: --mbr-uplink and --mbr-downlink go together: before "
			    "0.9.15 the module dereferences NULL for the one that is missing\n"
			    "f:2:1: pdr add: --framed-route: gtp5g 0.9.14 doesn't know it, 0.10.0 "
			    "does\n");
	batch_done(&batch);
}

static void all_of_a_good_one(void **state)
{
	struct store store = {.count = 0};
	struct said said;

	carry_out(&store,
		  FAR(1) PDR(1, 1) "pdr del upf0 1:1\nfar mod upf0 1:1 --action drop\n" TUNNEL(2),
		  false, 0, 5, &said);
	assert_int_equal(store.count, 2);
	assert_string_equal(store.line[0], "far upf0 1:1");
	assert_string_equal(store.line[1], "tunnel gtp0 10.60.0.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(what_is_printed_is_taken_back),
		cmocka_unit_test(what_is_told_alone),
		cmocka_unit_test(the_source_is_worked_out),
		cmocka_unit_test(files_and_where_they_are_wrong),
		cmocka_unit_test(a_file_of_mistakes_is_left),
		cmocka_unit_test(batches_are_looked_at_first),
		cmocka_unit_test(a_failure_ends_a_batch),
		cmocka_unit_test(an_atomic_one_is_taken_back),
		cmocka_unit_test(what_can_not_be_taken_back_is_said),
		cmocka_unit_test(taking_back_is_silent),
		cmocka_unit_test(what_a_version_does_not_know),
		cmocka_unit_test(all_of_a_good_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
