#include "core/admin/json_rpc.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "test/unit/admin/fake_server.h"

using namespace junctor;
using namespace junctor::admin;
using Json = nlohmann::json;

namespace
{

struct Fixture {
    Registry registry;
    std::vector<std::vector<std::string>> calls;  // arguments of each run
    mi::Reply next;                               // what the command `echo` answers
    OneShot<mi::Reply> later;                     // what the command `wait` waits for

    Fixture()
    {
        add("echo", true, [this](mi::Request request) { return echo(*this, std::move(request)); });
        add("plain", false, [this](mi::Request request) { return echo(*this, std::move(request)); });
        add("wait", true, [this](mi::Request) { return wait(*this); });
    }
    void add(std::string name, bool takes_input, std::function<Task<mi::Reply>(mi::Request)> run)
    {
        REQUIRE(registry.add_command({std::move(name), "", takes_input, std::move(run)}));
    }
    static Task<mi::Reply> echo(Fixture& self, mi::Request request)
    {
        self.calls.push_back(request.arguments);
        co_return self.next;
    }
    static Task<mi::Reply> wait(Fixture& self) { co_return co_await self.later; }

    std::string line(std::string request, json_rpc::Limits limits = {})
    {
        return test::now(json_rpc::answer(std::move(request), registry, limits));
    }
    Json answer(std::string request, json_rpc::Limits limits = {})
    {
        return Json::parse(line(std::move(request), limits));
    }
    int error_code(std::string request, json_rpc::Limits limits = {})
    {
        return answer(std::move(request), limits)["error"]["code"].get<int>();
    }
};

std::string call(std::string_view rest)
{
    return R"({"jsonrpc":"2.0","method":)" + std::string(rest) + "}";
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a JSON-RPC call runs the command and answers with its id", "[admin]")
{
    const Json answered = answer(call(R"("echo","params":["location",42,true,1.5],"id":"seven")"));
    CHECK(calls == std::vector<std::vector<std::string>>{{"location", "42", "1", "1.5"}});
    CHECK(answered ==
          Json::parse(R"({"jsonrpc":"2.0","id":"seven","result":{"code":200,"reason":"OK","nodes":[]}})"));
}

TEST_CASE_METHOD(Fixture, "a reply tree becomes nodes in which only what exists appears", "[admin]")
{
    next.add("Domain", "location").with("records", "1").add("AOR", "alice");
    next.add("", "unnamed");
    next.add("Empty");
    CHECK(answer(call(R"("echo","id":1)"))["result"]["nodes"] ==
          Json::parse(R"([{"name":"Domain","value":"location","attributes":{"records":"1"},
                           "children":[{"name":"AOR","value":"alice"}]},
                          {"value":"unnamed"},{"name":"Empty"}])"));
}

TEST_CASE_METHOD(Fixture, "a reply of code 300 or more is an error with its code, reason and nodes",
                 "[admin]")
{
    next = mi::Reply::error(404, "AOR not found");
    CHECK(answer(call(R"("echo","id":1)")) ==
          Json::parse(R"({"jsonrpc":"2.0","id":1,"error":{"code":404,"message":"AOR not found"}})"));
    next.add("", "detail");
    CHECK(answer(call(R"("echo","id":1)"))["error"]["data"]["nodes"][0]["value"] == "detail");
}

TEST_CASE_METHOD(Fixture, "a value that is not UTF-8 does not break the answer", "[admin]")
{
    next.add("", "sip:\xff@example.test");
    CHECK(answer(call(R"("echo","id":1)"))["result"]["nodes"][0]["value"] == "sip:\xef\xbf\xbd@example.test");
}

TEST_CASE_METHOD(Fixture, "a notification runs and is never answered, not even with an error", "[admin]")
{
    CHECK(line(call(R"("echo","params":["x"])")).empty());
    CHECK(calls.size() == 1);
    CHECK(line(call(R"("no_such")")).empty());
    next = mi::Reply::error(500, "failed");
    CHECK(line(call(R"("echo")")).empty());
}

TEST_CASE_METHOD(Fixture, "JSON-RPC errors have the codes of its specification", "[admin]")
{
    CHECK(error_code("{") == -32700);
    CHECK(error_code("") == -32700);
    CHECK(error_code("42") == -32600);
    CHECK(error_code(R"({"method":"echo","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"1.0","method":"echo","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","method":7,"id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","method":"echo","id":[1]})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","method":"echo","params":"x","id":1})") == -32600);
    CHECK(error_code(call(R"("no_such","id":1)")) == -32601);
    CHECK(error_code(call(R"("Echo","id":1)")) == -32601);
    CHECK(error_code(call(R"("echo","params":{"table":"location"},"id":1)")) == -32602);
    CHECK(error_code(call(R"("echo","params":[["nested"]],"id":1)")) == -32602);
    CHECK(calls.empty());
}

TEST_CASE_METHOD(Fixture, "an invalid request is answered with its id where that can be read, else with null",
                 "[admin]")
{
    CHECK(answer(R"({"id":5,"method":"echo"})")["id"] == 5);
    CHECK(answer(R"({"id":{},"method":"echo"})")["id"].is_null());
    CHECK(answer("[]")["id"].is_null());
}

TEST_CASE_METHOD(Fixture, "a command without input has its arguments discarded unread", "[admin]")
{
    CHECK(answer(call(R"("plain","params":[["nested"]],"id":1)")).contains("result"));
    CHECK(calls == std::vector<std::vector<std::string>>{{}});
}

TEST_CASE_METHOD(Fixture, "a batch is answered by a batch, without its notifications", "[admin]")
{
    const Json answered = answer("[" + call(R"("echo","id":1)") + "," + call(R"("echo")") + ",7," +
                                 call(R"("no_such","id":2)") + "]");
    REQUIRE(answered.size() == 3);
    CHECK(answered[0]["id"] == 1);
    CHECK(answered[1]["error"]["code"] == -32600);
    CHECK(answered[2]["error"]["code"] == -32601);
    CHECK(calls.size() == 2);
    CHECK(line("[" + call(R"("echo")") + "]").empty());
    CHECK(error_code("[]") == -32600);
}

TEST_CASE_METHOD(Fixture, "a call that waits is answered when its command ends", "[admin]")
{
    auto task = json_rpc::answer(call(R"("wait","id":1)"), registry);
    task.start();
    REQUIRE_FALSE(task.done());
    later.resolver().resolve(mi::Reply::error(408, "Request Timeout"));
    REQUIRE(task.done());
    CHECK(Json::parse(task.take())["error"]["code"] == 408);
}

TEST_CASE_METHOD(Fixture, "what exceeds a limit is refused and not run", "[admin]")
{
    json_rpc::Limits limits;
    SECTION("bytes of a request")
    {
        limits.request = 30;
        CHECK(error_code(call(R"("echo","id":1)"), limits) == json_rpc::too_large);
    }
    SECTION("requests in a batch")
    {
        limits.batch = 1;
        CHECK(error_code("[" + call(R"("echo","id":1)") + "," + call(R"("echo","id":2)") + "]", limits) ==
              json_rpc::too_large);
    }
    SECTION("nesting")
    {
        CHECK(error_code(std::string(100000, '[')) == -32700);
        CHECK(error_code(call(R"("echo","id":1,"params":)" + std::string(20, '[') + std::string(20, ']'))) ==
              -32700);
    }
    CHECK(calls.empty());
}

TEST_CASE_METHOD(Fixture, "an answer beyond the limit is replaced by an error", "[admin]")
{
    next.add("", std::string(1000, 'x'));
    json_rpc::Limits limits;
    limits.reply = 500;
    const Json error = answer(call(R"("echo","id":1)"), limits)["error"];
    CHECK(error["code"] == json_rpc::too_large);
    CHECK(error["message"] ==
          "the reply is larger than 500 bytes: ask for one entry, or briefly if the command can");
}
