/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATON_LIB_CURL_LATE_H
#define BATON_LIB_CURL_LATE_H

/** curl_late_open - load libcurl, before any other call of its functions; from any thread; Return: 0 or -ELIBACC */
int curl_late_open(void);

#endif
