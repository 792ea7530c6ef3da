// SPDX-License-Identifier: Apache-2.0
#include "lib/version.h"

const char version_string[] = BATON_VERSION;
const char version_commit[] = BATON_COMMIT;
