// Each module's page (modules/NAME/README.md) says what the module declares, and its route to copy runs.
#include <fstream>
#include <sstream>

#include "test/unit/script/run_script.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::maxfwd
{
class Maxfwd;
}
namespace junctor::mi_fifo
{
class MiFifo;
}
namespace junctor::options
{
class Options;
}
namespace junctor::registrar
{
class Registrar;
}
namespace junctor::rr
{
class Rr;
}
namespace junctor::sl
{
class Sl;
}
namespace junctor::textops
{
class Textops;
}
namespace junctor::uri
{
class UriModule;
}
namespace junctor::usrloc
{
class Usrloc;
}
namespace junctor::xlog
{
class Xlog;
}

using namespace junctor;

namespace
{

struct Page {
    std::string module;
    std::unique_ptr<LoadedModule> loaded;
    std::string text;

    Page(std::string name, std::unique_ptr<LoadedModule> declared)
        : module(std::move(name)), loaded(std::move(declared))
    {
        std::ifstream file(std::string(JUNCTOR_SOURCE_DIR) + "/modules/" + module + "/README.md");
        REQUIRE(file);
        std::ostringstream content;
        content << file.rdbuf();
        text = content.str();
    }

    bool says(const std::string& words) const { return text.find(words) != std::string::npos; }

    // The block under "A route to copy".
    std::string route() const
    {
        const std::size_t heading = text.find("## A route to copy");
        REQUIRE(heading != std::string::npos);
        const std::size_t start = text.find("```\n", heading) + 4;
        return text.substr(start, text.find("```", start) - start);
    }
};

std::vector<Page> pages()
{
    std::vector<Page> all;
    all.emplace_back("maxfwd", linked_module<maxfwd::Maxfwd>());
    all.emplace_back("mi_fifo", linked_module<mi_fifo::MiFifo>());
    all.emplace_back("options", linked_module<options::Options>());
    all.emplace_back("registrar", linked_module<registrar::Registrar>());
    all.emplace_back("rr", linked_module<rr::Rr>());
    all.emplace_back("sl", linked_module<sl::Sl>());
    all.emplace_back("textops", linked_module<textops::Textops>());
    all.emplace_back("uri", linked_module<uri::UriModule>());
    all.emplace_back("usrloc", linked_module<usrloc::Usrloc>());
    all.emplace_back("xlog", linked_module<xlog::Xlog>());
    return all;
}

// A script with the functions of one module; those of others leave their names and arguments in the trace.
struct RouteRun : script::test::ScriptRun {
    Page page;

    explicit RouteRun(Page of) : page(std::move(of))
    {
        for (const auto& function : page.loaded->functions) functions.add(function);
        for (const auto& [name, arity] : {std::pair{"sl_send_reply", 2}, {"t_relay", 0}, {"loose_route", 0}})
            functions.add(name, static_cast<std::size_t>(arity),
                          [this, name = std::string(name)](Message&, const auto& arguments) {
                              trace += (trace.empty() ? "" : ", ") + name;
                              for (const auto& argument : arguments) trace += " " + argument;
                              return Code{1};
                          });
    }
    std::string run_with(std::unique_ptr<Message> request)
    {
        trace.clear();
        message = std::move(request);
        return run(page.route());
    }
};

}  // namespace

TEST_CASE("a module's page names everything that the module declares", "[modules][readme]")
{
    for (const Page& page : pages()) {
        INFO(page.module);
        for (const auto& function : page.loaded->functions) {
            INFO(function.name);
            CHECK(page.says("`" + function.name + "("));
        }
        for (const auto& parameter : page.loaded->parameters) {
            INFO(parameter.name);
            CHECK(page.says("| `" + parameter.name + "` |"));
        }
        for (const auto& command : page.loaded->commands) {
            INFO(command.name);
            CHECK(page.says("`" + command.name));
        }
        for (const auto& statistic : page.loaded->statistics) {
            INFO(statistic.name);
            CHECK(page.says("`" + statistic.name));
        }
    }
}

TEST_CASE("maxfwd's route answers 483 when Max-Forwards is used up", "[modules][readme]")
{
    RouteRun route({"maxfwd", linked_module<maxfwd::Maxfwd>()});
    CHECK(route.run_with(route.env.request("sip:bob@h", "Max-Forwards: 0\n")) ==
          "sl_send_reply 483 Too Many Hops");
    CHECK(route.run_with(route.env.request("sip:bob@h", "Max-Forwards: 70\n")) == "t_relay");
    CHECK(route.message->sip().max_forwards() == 69U);
}

TEST_CASE("textops' route marks calls and rewrites numbers", "[modules][readme]")
{
    RouteRun route({"textops", linked_module<textops::Textops>()});
    CHECK(route.run_with(route.env.request("sip:0049301234@h", "X-Internal: 1\n", "v=0\r\n")) == "t_relay");
    CHECK(route.message->uri() == "sip:+49301234@h");
    const std::string sent = route.env.edited(*route.message);
    CHECK(sent.find("P-Source: 198.51.100.7:5062\r\n") != std::string::npos);
    CHECK(sent.find("X-Internal") == std::string::npos);
}

TEST_CASE("uri's route sends telephone numbers to a gateway", "[modules][readme]")
{
    RouteRun route({"uri", linked_module<uri::UriModule>()});
    CHECK(route.run_with(route.env.request("tel:+358401234567")) == "t_relay");
    CHECK(route.message->uri() == "sip:+358401234567@gateway.example.test;user=phone");
    CHECK(route.run_with(route.env.request("sip:bob@example.test")) == "t_relay");
    CHECK(route.message->uri() == "sip:bob@example.test");
    auto within_dialog = route.env.receive(
        "BYE sip:bob@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nTo: <sip:bob@h>;tag=1\n"
        "From: <sip:a@h>;tag=2\nCall-ID: 1\nCSeq: 2 BYE\n\n");
    CHECK(route.run_with(std::move(within_dialog)) == "loose_route, t_relay");
}

TEST_CASE("xlog's route logs who calls whom", "[modules][readme]")
{
    RouteRun route({"xlog", linked_module<xlog::Xlog>()});
    const int before = log_level();
    set_log_level(3);
    CHECK(route.run_with(route.env.request("sip:bob@h")) == "t_relay");
    set_log_level(before);
    CHECK(
        route.log->contain("INVITE from 198.51.100.7:5062, sip:alice@example.test calls sip:bob@h, Call-ID "
                           "a84b4c76e66710@192.0.2.7\n"));
}
