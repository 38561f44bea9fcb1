// mi_fifo: MI commands on a named pipe, answers through a pipe that the client names.
//
// This file is the module and its parameters; fifo_server.h does the work, core/admin/mi_text.h knows the
// protocol.
#include <filesystem>

#include "core/base/log.h"
#include "core/module/module.h"
#include "core/runtime/event_loop.h"
#include "modules/mi_fifo/fifo_server.h"

namespace junctor::mi_fifo
{

class MiFifo final : public Module
{
public:
    static void declare(Declaration<MiFifo>& d)
    {
        d.param("fifo_name", &MiFifo::name_, "path of the FIFO; must be set");
        d.param("fifo_mode", &MiFifo::mode_, "its file mode; 0 stands for 0600");
        d.param("fifo_user", Parameter::Type::Either, &MiFifo::set_user,
                "its owner, a name or a number; a name sets the user's group, too");
        d.param("fifo_group", Parameter::Type::Either, &MiFifo::set_group, "its group, a name or a number");
        d.param("reply_dir", &MiFifo::reply_dir_, "the directory of the clients' reply pipes");
        d.param("reply_indent", &MiFifo::reply_indent_,
                "what a reply's lines are indented with, for each level");
    }

    Result<void> start(StartContext& context) override;
    Task<bool> stop() override;

private:
    Result<void> set_user(const script::Argument& value)
    {
        user_ = value.text;
        return {};
    }
    Result<void> set_group(const script::Argument& value)
    {
        group_ = value.text;
        return {};
    }

    std::string name_;
    unsigned mode_ = 0660;
    std::string user_, group_;
    std::string reply_dir_ = "/tmp/";
    std::string reply_indent_ = "\t";
    std::unique_ptr<FifoServer> server_;
};

Result<void> MiFifo::start(StartContext& context)
{
    if (name_.empty()) return fail("set its parameter fifo_name, the path of the FIFO");
    if (!std::filesystem::is_directory(reply_dir_))
        return fail("reply_dir " + reply_dir_ + " is no directory");
    if (!reply_dir_.ends_with('/')) reply_dir_ += '/';
    if (mode_ == 0) {
        log_warning("mi_fifo", "fifo_mode 0 would lock everybody out; 0600 is used");
        mode_ = 0600;
    }
    const auto access = admin::file_access(mode_, user_, group_);
    if (!access) return fail(access.error());

    // In a simulation no client exists, and there is nothing to wait on.
    auto* loop = dynamic_cast<EventLoop*>(&context.main_loop());
    if (loop == nullptr) return {};
    auto server = FifoServer::start(*loop, context.registry(), {name_, *access, reply_dir_, reply_indent_});
    if (!server) return fail(server.error());
    server_ = std::move(*server);
    return {};
}

Task<bool> MiFifo::stop()
{
    server_.reset();
    co_return true;
}

}  // namespace junctor::mi_fifo

JUNCTOR_MODULE(junctor::mi_fifo::MiFifo)
