/* SPDX-License-Identifier: Apache-2.0 */
/* What service-client writes: a row a request, and a summary. */
#ifndef BATON_APPS_SERVICE_CLIENT_REPORT_H
#define BATON_APPS_SERVICE_CLIENT_REPORT_H

#include <stdio.h>

#include "apps/service-client/options.h"

/** report_begin - Return: the file of rows, NULL without one (errno) */
FILE *report_begin(const char *path);
/** report_row - a service_client_settings.row; @user: the FILE */
void report_row(void *user, const struct service_client_row *row);
/** report_summary - as JSON, to standard output */
void report_summary(const struct options *o, const struct service_client *client);
/** report_right - every request was answered once, and rightly */
bool report_right(const struct service_client *client);

#endif
