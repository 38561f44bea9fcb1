// What the server's and the client library's error numbers mean for a connection.
#pragma once

#include "core/base/result.h"

namespace junctor::mysql
{

// What is left of a connection after errors.
struct Health {
    bool is_lost = false;  // what was under way on it is not known to have happened
    bool in_transaction = false;

    // Notes the consequences. 409, 503 or 500 (db/driver.h); the text names the number, as manuals do.
    Error failed(unsigned number, const char* text);
};

Error error_of(unsigned number, const char* text);
bool is_missing_database(const Error& error);

}  // namespace junctor::mysql
