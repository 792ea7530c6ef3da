/* SPDX-License-Identifier: Apache-2.0 */
/* Where the state of a service lies, and a client's model of it. */
#ifndef BATON_APPS_SERVICE_MEMORY_H
#define BATON_APPS_SERVICE_MEMORY_H

#include <stddef.h>

/** service_memory_new - a zeroed block; its pages are never huge ones, or one octet written would
 * make 2 MB dirty; Return: NULL without memory */
void *service_memory_new(size_t size);

#endif
