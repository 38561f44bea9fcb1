#include "modules/mysql/errors.h"

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

namespace junctor::mysql
{
namespace
{

bool means_lost(unsigned number)
{
    switch (number) {
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_LOST_EXTENDED:
        case CR_COMMANDS_OUT_OF_SYNC:  // nobody knows what the next answer would belong to
        case CR_MALFORMED_PACKET:
        case ER_SERVER_SHUTDOWN:
        case ER_NORMAL_SHUTDOWN:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
        case ER_NET_ERROR_ON_WRITE:
        case ER_NET_WRITE_INTERRUPTED:
        case ER_CONNECTION_KILLED: return true;
        default: return false;  // of more than a thousand
    }
}

// Or may have ended it: settings decide whether a lock's time-out undoes one statement or all.
bool ends_transaction(unsigned number)
{
    return number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT || number == ER_CHECKREAD;
}

int status_of(unsigned number)
{
    switch (number) {
        case ER_DUP_KEY:
        case ER_DUP_ENTRY:
        case ER_DUP_ENTRY_WITH_KEY_NAME: return 409;
        case ER_DISK_FULL:
        case ER_RECORD_FILE_FULL:
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
        case ER_QUERY_INTERRUPTED: return 503;
        default: break;
    }
    const bool is_of_client = number >= CR_MIN_ERROR && number <= CR_MAX_ERROR;
    return is_of_client || means_lost(number) || ends_transaction(number) ? 503 : 500;
}

}  // namespace

Error error_of(unsigned number, const char* text)
{
    return Error{status_of(number), fmt::format("{} (error {})", text, number)};
}

Error Health::failed(unsigned number, const char* text)
{
    is_lost = is_lost || means_lost(number);
    if (is_lost || ends_transaction(number)) in_transaction = false;
    return error_of(number, text);
}

bool is_missing_database(const Error& error)
{
    return error.text.ends_with(fmt::format("(error {})", static_cast<int>(ER_BAD_DB_ERROR)));
}

}  // namespace junctor::mysql
