// A whole run: threads, warm-up, measurement, the end.
#pragma once

#include "tools/sipload/report.h"

namespace junctor::load
{

// Throws std::runtime_error where no socket can be opened.
Result run(const Options& options);

}  // namespace junctor::load
