// SPDX-License-Identifier: Apache-2.0
/* What agents keep of images and run from them: manifests, the check of files, the rate of pulls,
 * definitions, child processes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/common/child.h"
#include "agents/common/image.h"
#include "agents/common/workload.h"
#include "lib/rate.h"

enum { PATIENCE_MS = 20000 };

/* "abc" (FIPS 180-4, its first example) and nothing */
#define SHA_ABC	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_NONE "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEAD	 "{\"image\": \"game\", \"version\": \"1\", \"files\": ["
#define FILE_ROW(path, size, sha, mode)                                                            \
	"{\"path\": \"" path "\", \"size\": " size ", \"sha256\": \"" sha "\", \"mode\": \"" mode  \
	"\"}"

static char directory[64];

static int make_directory(void **state)
{
	strcpy(directory, "/tmp/test_images.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	return image_remove(directory);
}

static const char *in_directory(const char *file)
{
	static char path[4][256];
	static unsigned next;
	char *buf = path[next++ % 4];

	snprintf(buf, sizeof(path[0]), "%s/%s", directory, file);
	return buf;
}

static void put(const char *file, const char *text, mode_t mode)
{
	FILE *out = fopen(in_directory(file), "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	assert_int_equal(chmod(in_directory(file), mode), 0);
}

/* ---- manifests ---- */

static const struct {
	const char *text, *error;
} refused[] = {
	{"", "manifest:1:"},
	{"[]", "image: expected a name"},
	{"{\"image\": \"game\"}", "version: expected a name"},
	{"{\"image\": \"../game\", \"version\": \"1\"}",
	 "image: expected a name, found \"../game\""},
	{HEAD "]}", "files: expected a list of 1 to 4096"},
	{HEAD "1]}", "file 1: path: expected a relative path"},
	{HEAD FILE_ROW("/bin/sh", "1", SHA_ABC, "0755") "]}",
	 "expected a relative path inside the image, found \"/bin/sh\""},
	{HEAD FILE_ROW("../x", "1", SHA_ABC, "0755") "]}", "found \"../x\""},
	{HEAD FILE_ROW("a/../../x", "1", SHA_ABC, "0755") "]}", "found \"a/../../x\""},
	{HEAD FILE_ROW("a/./x", "1", SHA_ABC, "0755") "]}", "expected a relative path"},
	{HEAD FILE_ROW("a//x", "1", SHA_ABC, "0755") "]}", "expected a relative path"},
	{HEAD FILE_ROW("a/", "1", SHA_ABC, "0755") "]}", "expected a relative path"},
	{HEAD FILE_ROW("..", "1", SHA_ABC, "0755") "]}", "expected a relative path"},
	{HEAD FILE_ROW("a b", "1", SHA_ABC, "0755") "]}", "expected a relative path"},
	{HEAD FILE_ROW("manifest.json", "1", SHA_ABC, "0644") "]}", "expected a relative path"},
	{HEAD FILE_ROW("a", "-1", SHA_ABC, "0644") "]}", "a: size: expected a number of bytes"},
	{HEAD FILE_ROW("a", "1.5", SHA_ABC, "0644") "]}", "a: size: expected"},
	{HEAD FILE_ROW("a", "2000000000000", SHA_ABC, "0644") "]}", "a: size: expected"},
	{HEAD FILE_ROW("a", "1", "abc", "0644") "]}", "a: sha256: expected 64 digits"},
	{HEAD FILE_ROW("a", "1", SHA_ABC, "04755") "]}", "a: mode: expected"},
	{HEAD FILE_ROW("a", "1", SHA_ABC, "0644") ", " FILE_ROW("a", "1", SHA_ABC, "0644") "]}",
	 "'a' is in the way of 'a'"},
	{HEAD FILE_ROW("a/b", "1", SHA_ABC, "0644") ", " FILE_ROW(
		 "a-b", "1", SHA_ABC, "0644") ", " FILE_ROW("a", "1", SHA_ABC, "0644") "]}",
	 "'a' is in the way of 'a/b'"},
	{"{\"image\": \"a\", \"image\": \"b\"}", "duplicate"},
};

static void manifests_that_are_refused(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct image_error err = {""};
		struct manifest *m = NULL;
		int rc = manifest_parse(refused[i].text, strlen(refused[i].text), &m, &err);

		if (rc != -EBADMSG || !strstr(err.text, refused[i].error))
			fail_msg("row %zu: %d '%s', wanted '%s'", i, rc, err.text,
				 refused[i].error);
	}
}

static const char two_files[] = HEAD FILE_ROW("bin/game", "3", SHA_ABC, "0755") ", " FILE_ROW(
	"none", "0", SHA_NONE, "0644") "]}";

static void a_manifest(void **state)
{
	struct image_error err = {""};
	struct manifest *m;

	assert_int_equal(manifest_parse(two_files, strlen(two_files), &m, &err), 0);
	assert_string_equal(m->image, "game");
	assert_int_equal(m->count, 2);
	assert_int_equal(m->bytes, 3);
	assert_string_equal(m->file[0].path, "bin/game");
	assert_int_equal(m->file[0].mode, 0755);
	assert_int_equal(m->file[0].sha256[0], 0xba);
	assert_int_equal(m->file[1].sha256[31], 0x55);
	manifest_free(m);
}

/* ---- the check of an image ---- */

static void spoil_nothing(void)
{
}

static void spoil_byte(void)
{
	put("game/bin/game", "abd", 0755);
}

static void spoil_size(void)
{
	put("game/bin/game", "abcd", 0755);
}

static void spoil_mode(void)
{
	chmod(in_directory("game/bin/game"), 0644);
}

static void spoil_missing(void)
{
	unlink(in_directory("game/bin/game"));
}

static void spoil_link(void)
{
	put("abc", "abc", 0755);
	unlink(in_directory("game/bin/game"));
	assert_int_equal(symlink("../../abc", in_directory("game/bin/game")), 0);
}

static void spoil_directory_link(void)
{
	assert_int_equal(rename(in_directory("game/bin"), in_directory("elsewhere")), 0);
	assert_int_equal(symlink("../elsewhere", in_directory("game/bin")), 0);
}

static void spoil_fifo(void)
{
	unlink(in_directory("game/bin/game"));
	assert_int_equal(mkfifo(in_directory("game/bin/game"), 0755), 0);
}

static const struct {
	void (*spoil)(void);
	const char *error; /* NULL: it is as it should be */
} spoilt[] = {
	{spoil_nothing, NULL},
	{spoil_byte, "bin/game: its SHA-256 isn't that of the manifest"},
	{spoil_size, "bin/game: has 4 bytes, the manifest says 3"},
	{spoil_mode, "bin/game: isn't executable, unlike in the manifest"},
	{spoil_missing, "bin/game: No such file or directory"},
	{spoil_link, "bin/game: expected a plain file"},
	{spoil_directory_link, "bin/game: expected a plain file"},
	{spoil_fifo, "bin/game: expected a plain file"},
};

static void make_image(void)
{
	image_remove(in_directory("game"));
	image_remove(in_directory("elsewhere"));
	assert_int_equal(mkdir(in_directory("game"), 0755), 0);
	assert_int_equal(mkdir(in_directory("game/bin"), 0755), 0);
	put("game/manifest.json", two_files, 0644);
	put("game/bin/game", "abc", 0755);
	put("game/none", "", 0644);
}

static void every_file_is_checked(void **state)
{
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct image_error err = {""};
		struct manifest *m;
		int rc;

		make_image();
		assert_int_equal(image_load(directory, "game", &m, &err), 0);
		spoilt[i].spoil();
		rc = image_check(in_directory("game"), m, NULL, NULL, &err);
		manifest_free(m);
		if (!spoilt[i].error)
			assert_int_equal(rc, 0);
		else if (rc != -EBADMSG || !strstr(err.text, spoilt[i].error))
			fail_msg("row %zu: %d '%s', wanted '%s'", i, rc, err.text, spoilt[i].error);
	}
}

static bool always(void *user)
{
	return true;
}

static void a_check_is_cancelled(void **state)
{
	struct image_error err = {""};
	struct manifest *m;

	make_image();
	assert_int_equal(image_load(directory, "game", &m, &err), 0);
	assert_int_equal(image_check(in_directory("game"), m, always, NULL, &err), -ECANCELED);
	manifest_free(m);
}

static void only_images_are_images(void **state)
{
	struct image_error err = {""};
	struct manifest *m;

	make_image();
	assert_int_equal(image_load(directory, "none", &m, &err), -ENOENT);
	assert_int_equal(image_load(directory, "../x", &m, &err), -EINVAL);
	assert_int_equal(rename(in_directory("game"), in_directory("other")), 0);
	assert_int_equal(image_load(directory, "other", &m, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "the manifest of 'other' is that of 'game'"));
	image_remove(in_directory("other"));
}

/* ---- the rate ---- */

static void a_rate_is_kept(void **state)
{
	struct rate r = {.bytes_per_s = 1000000};
	uint64_t now = 5000000000ULL, begin = now, bytes = 0;

	for (int i = 0; i < 1000; i++) { /* as it comes, never waiting longer than told */
		bytes += 64 * 1024;
		now += rate_take(&r, 64 * 1024, now);
	}
	assert_true(now - begin >= bytes * 1000 - RATE_BURST_NS);
	assert_true(now - begin <= bytes * 1000);
	now += 10000000000ULL; /* a pause is no credit */
	assert_true(rate_take(&r, 1000000, now) >= 1000000000ULL - RATE_BURST_NS);
}

static void a_rate_of_large_numbers(void **state)
{
	struct rate none = {0}, slow = {.bytes_per_s = 1};

	assert_int_equal(rate_take(&none, UINT64_MAX, 1), 0);
	assert_int_equal(rate_take(&slow, 10000000000ULL, 0), 10000000000ULL * 1000000000ULL);
}

/* ---- definitions ---- */

static void words_are_filled_in(void **state)
{
	const struct workload_words words = {"/c",
					     "/i",
					     "/s",
					     "edge-a",
					     "/t",
					     7,
					     8092,
					     {htonl(0x0a000001)},
					     {htonl(0x0a460002)}};
	char buf[WORKLOAD_TEXT_MAX], longest[WORKLOAD_TEXT_MAX + 1];

	assert_int_equal(workload_fill("{name}-{number} {address}:{port} "
				       "{service}{config}{image}{state}{token_file}.",
				       &words, buf),
			 0);
	assert_string_equal(buf, "edge-a-7 10.0.0.1:8092 10.70.0.2/c/i/s/t.");
	assert_int_equal(workload_fill("{nobody}", &words, buf), -EINVAL);
	assert_int_equal(workload_fill("{name", &words, buf), -EINVAL);
	memset(longest, 'x', WORKLOAD_TEXT_MAX);
	longest[WORKLOAD_TEXT_MAX] = '\0';
	assert_int_equal(workload_fill(longest, &words, buf), -ENAMETOOLONG);
}

static const struct {
	const char *body, *param; /* param NULL: taken */
} definitions[] = {
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"./g\"]}", NULL},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"g\"], \"version\": \"\", "
	 "\"config\": {\"a\": [\"{port}\"]}}",
	 NULL},
	{"{\"rest_port\": 1, \"command\": [\"./g\"]}", "/image"},
	{"{\"image\": \"\", \"rest_port\": 1, \"command\": [\"./g\"]}", "/image"},
	{"{\"image\": \"G\", \"rest_port\": 1, \"command\": [\"./g\"]}", "/image"},
	{"{\"image\": \"g\", \"command\": [\"./g\"]}", "/rest_port"},
	{"{\"image\": \"g\", \"rest_port\": 70000, \"command\": [\"./g\"]}", "/rest_port"},
	{"{\"image\": \"g\", \"rest_port\": 1}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": []}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [1]}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"/bin/sh\"]}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"../g\"]}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"g\", \"{x}\"]}", "/command"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"g\"], \"config\": []}", "/config"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"g\"], \"service\": \"here\"}",
	 "/service"},
	{"{\"image\": \"g\", \"rest_port\": 1, \"command\": [\"g\"], \"prot\": 1}", "/prot"},
};

static void definitions_are_checked(void **state)
{
	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++) {
		json_t *body = json_loads(definitions[i].body, 0, NULL);
		struct json_reader reader;
		struct workload w;
		int rc = workload_read("game", body, &reader, &w);

		json_decref(body);
		if (rc == 0)
			workload_done(&w);
		if (definitions[i].param
			    ? !rc || strcmp(reader.invalid[0].param, definitions[i].param) != 0
			    : rc)
			fail_msg("row %zu: %d %s", i, rc, rc ? reader.invalid[0].param : "");
	}
}

static void a_definition_shows_no_secrets(void **state)
{
	json_t *body = json_pack("{s:s, s:i, s:[s], s:{s:s}}", "image", "g", "rest_port", 1,
				 "command", "g", "config", "secret", "x");
	struct json_reader reader;
	struct workload w;
	json_t *shown;

	assert_int_equal(workload_read("game", body, &reader, &w), 0);
	shown = workload_json(&w, false);
	assert_null(json_object_get(shown, "config"));
	json_decref(shown);
	json_decref(body);
	workload_done(&w);
}

/* ---- children ---- */

struct life {
	uv_loop_t loop;
	uv_timer_t patience;
	struct child child;
	unsigned ends;
	int status;
};

static void on_ended(struct child *c, int status, void *user)
{
	struct life *l = user;

	l->ends++;
	l->status = status;
}

static void life_begin(struct life *l)
{
	memset(l, 0, sizeof(*l));
	assert_int_equal(uv_loop_init(&l->loop), 0);
	uv_timer_init(&l->loop, &l->patience);
	assert_int_equal(child_init(&l->child, &l->loop, "test", directory, on_ended, l), 0);
}

static void life_end(struct life *l)
{
	child_close(&l->child, NULL);
	uv_close((uv_handle_t *)&l->patience, NULL);
	uv_run(&l->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&l->loop), 0);
}

static void on_patience(uv_timer_t *timer)
{
	fail_msg("nothing happened for %d ms", PATIENCE_MS);
}

static void wait_for_end(struct life *l)
{
	uv_timer_start(&l->patience, on_patience, PATIENCE_MS, 0);
	while (!l->ends)
		uv_run(&l->loop, UV_RUN_ONCE);
	uv_timer_stop(&l->patience);
	while (l->child.handles)
		uv_run(&l->loop, UV_RUN_NOWAIT);
}

static int run_shell(struct life *l, const char *script)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, directory, NULL};
	struct child_command command = {.program = "/bin/sh", .argv = argv, .directory = "/"};

	return child_start(&l->child, &command);
}

static void a_child_ends_with_its_status(void **state)
{
	struct life l;

	life_begin(&l);
	assert_int_equal(run_shell(&l, "exit 7"), 0);
	wait_for_end(&l);
	assert_int_equal(WEXITSTATUS(l.status), 7);
	assert_int_equal(l.child.pid, 0);
	assert_int_equal(access(in_directory("process"), F_OK), -1);
	l.ends = 0;
	assert_int_equal(run_shell(&l, "kill -9 $$"), 0); /* once more, with the same struct */
	wait_for_end(&l);
	assert_int_equal(WTERMSIG(l.status), SIGKILL);
	life_end(&l);
}

static void what_cant_be_executed_is_told(void **state)
{
	char *argv[] = {"x", NULL};
	struct child_command command = {.program = "/nonexistent", .argv = argv, .directory = "/"};
	struct life l;

	life_begin(&l);
	assert_int_equal(child_start(&l.child, &command), -ENOENT);
	put("plain", "x", 0644);
	command.program = in_directory("plain");
	while (l.child.handles)
		uv_run(&l.loop, UV_RUN_NOWAIT);
	assert_int_equal(child_start(&l.child, &command), -EACCES);
	assert_int_equal(access(in_directory("process"), F_OK), -1);
	life_end(&l);
	assert_int_equal(l.ends, 0);
}

/* But for those that nobody has reaped */
static unsigned alive_in_group(pid_t group)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(proc))) {
		char path[300], state;
		int pgrp;
		FILE *in;

		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !(in = fopen(path, "r")))
			continue;
		if (fscanf(in, "%*d (%*[^)]) %c %*d %d", &state, &pgrp) == 2)
			count += pgrp == group && state != 'Z' && state != 'X';
		fclose(in);
	}
	closedir(proc);
	return count;
}

/* SIGTERM is ignored, by the whole group. */
static void one_that_does_not_stop_is_killed(void **state)
{
	struct life l;
	pid_t pid;

	life_begin(&l);
	assert_int_equal(run_shell(&l, "trap '' TERM; : >$0/deaf; while :; do sleep 1; done"), 0);
	while (access(in_directory("deaf"), F_OK))
		usleep(1000);
	pid = l.child.pid;
	assert_int_equal(run_shell(&l, "exit"), -EBUSY);
	child_stop(&l.child, 200);
	wait_for_end(&l);
	assert_int_equal(WTERMSIG(l.status), SIGKILL);
	while (alive_in_group(pid)) /* its sleep goes, too */
		usleep(1000);
	life_end(&l);
}

static void one_outlives_its_agent(void **state)
{
	struct life first, second;
	pid_t pid;

	life_begin(&first);
	assert_int_equal(run_shell(&first, "sleep 1000"), 0);
	pid = first.child.pid;
	life_end(&first);
	assert_int_equal(first.ends, 0);
	assert_int_equal(kill(pid, 0), 0);
	life_begin(&second);
	assert_int_equal(child_adopt(&second.child), 0);
	assert_int_equal(second.child.pid, pid);
	child_stop(&second.child, 0);
	wait_for_end(&second);
	assert_int_equal(second.status, CHILD_STATUS_UNKNOWN);
	life_end(&second);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A record whose number is another process' by now, or of another boot */
static void another_process_is_not_taken(void **state)
{
	const struct {
		const char *format;
	} rows[] = {
		{"%d 1 %s\n"}, {"%d 0 %s\n"}, {"1 1 x\n"}, {"nonsense"}, {""},
	};
	struct life l;

	life_begin(&l);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text), rows[i].format, getpid(),
			 "00000000-0000-0000-0000-000000000000");
		put("process", text, 0600);
		assert_int_equal(child_adopt(&l.child), -ESRCH);
	}
	assert_int_equal(child_record_write(&l.child, getpid()), 0); /* of ours, but another boot */
	put("process", "", 0600);
	assert_int_equal(child_adopt(&l.child), -ESRCH);
	child_record_remove(&l.child);
	assert_int_equal(child_adopt(&l.child), -ESRCH);
	life_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifests_that_are_refused),
		cmocka_unit_test(a_manifest),
		cmocka_unit_test(every_file_is_checked),
		cmocka_unit_test(a_check_is_cancelled),
		cmocka_unit_test(only_images_are_images),
		cmocka_unit_test(a_rate_is_kept),
		cmocka_unit_test(a_rate_of_large_numbers),
		cmocka_unit_test(words_are_filled_in),
		cmocka_unit_test(definitions_are_checked),
		cmocka_unit_test(a_definition_shows_no_secrets),
		cmocka_unit_test(a_child_ends_with_its_status),
		cmocka_unit_test(what_cant_be_executed_is_told),
		cmocka_unit_test(one_that_does_not_stop_is_killed),
		cmocka_unit_test(one_outlives_its_agent),
		cmocka_unit_test(another_process_is_not_taken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
