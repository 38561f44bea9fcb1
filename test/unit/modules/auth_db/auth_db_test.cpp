#include "core/db/memory_driver.h"
#include "core/db/schema.h"
#include "modules/auth_db/accounts.h"
#include "test/unit/modules/auth/digest_client.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::sl
{
class Sl;
}
namespace junctor::auth
{
class Auth;
}
namespace junctor::auth_db
{
class AuthDb;
}

using namespace junctor;
using namespace std::chrono_literals;
using test::DigestClient;

namespace
{

constexpr const char* url = "memory://localhost/openser";
constexpr sip::DigestAlgorithm md5 = sip::DigestAlgorithm::Md5;

struct Fixture {
    Fixture()
    {
        auth_db.context.databases().add(driver);
        const auto schema = db::Schema::find();
        REQUIRE(schema);
        REQUIRE(driver->create("openser", *schema->table("subscriber")));
        REQUIRE(auth_db.set("db_url", url));
        REQUIRE(sl.start());
        auth.context.modules["sl"] = auth_db.context.modules["sl"] = &sl.module();
        auth_db.context.modules["auth"] = &auth.module();
        add("alice", "example.test", "secret");
    }

    void start()
    {
        REQUIRE(auth.start());
        // The script is bound before modules start: the table is named there.
        CHECK(auth_db.refusal("www_authorize", {"", "subscriber"}).empty());
        const auto started = auth_db.start();
        INFO((started ? "" : started.error().text));
        REQUIRE(started);
    }
    void add(const std::string& user, const std::string& domain, const std::string& password)
    {
        REQUIRE(table().insert(
            {{"username", db::Value(user)},
             {"domain", db::Value(domain)},
             {"password", db::Value(password)},
             {"ha1", db::Value(sip::digest_ha1(md5, user, domain, password))},
             {"ha1b", db::Value(sip::digest_ha1(md5, user + "@" + domain, domain, password))}}));
    }
    db::MemoryTable& table() { return *driver->table("openser", "subscriber"); }
    db::Value& cell(std::size_t row, std::string_view column)
    {
        return table().rows.at(row)[table().column(column)];
    }

    DigestClient challenged()
    {
        auto request = env.request("sip:example.test", "", {}, "REGISTER");
        REQUIRE(auth.call(*request, "www_challenge", {"", "1"}) == 0);
        DigestClient client;
        client.nonce = test::quoted_parameter(env.transport.sent.back().bytes, "nonce");
        client.qop = "auth";
        env.transport.sent.clear();
        return client;
    }
    std::unique_ptr<script::Message> signed_by(const DigestClient& client)
    {
        return env.request("sip:example.test", client.line(), {}, "REGISTER");
    }
    int authorise(script::Message& message)
    {
        return auth_db.call(message, "www_authorize", {"", "subscriber"});
    }
    int authorise(const DigestClient& client)
    {
        auto request = signed_by(client);
        return authorise(*request);
    }

    test::TestEnvironment env;
    Worker::Here here{env.worker};
    std::shared_ptr<db::MemoryDriver> driver = std::make_shared<db::MemoryDriver>(env.clock);
    test::ModuleUnderTest<sl::Sl> sl{env};
    test::ModuleUnderTest<auth::Auth> auth{env};
    test::ModuleUnderTest<auth_db::AuthDb> auth_db{env};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the password of the table opens, any other does not", "[auth_db]")
{
    start();
    DigestClient client = challenged();
    CHECK(authorise(client) == 1);
    client.nc = "00000002";
    client.password = "guess";
    CHECK(authorise(client) == -1);
    client.username = "mallory";
    CHECK(authorise(client) == -1);
    auto bare = env.request("sip:example.test", "", {}, "REGISTER");
    CHECK(authorise(*bare) == -1);
    CHECK(env.transport.sent.empty());
}

TEST_CASE_METHOD(Fixture, "a request without credentials waits for no database", "[auth_db]")
{
    start();
    auto bare = env.request("sip:example.test", "", {}, "REGISTER");
    auto with = signed_by(challenged());
    CHECK(auth_db.waits(*with, "www_authorize", {"", "subscriber"}));
    CHECK_FALSE(auth_db.waits(*with, "proxy_authorize", {"", "subscriber"}));
    CHECK_FALSE(auth_db.waits(*bare, "www_authorize", {"", "subscriber"}));
    driver->away();
    CHECK(authorise(*bare) == -1);
    auto ack = env.request("sip:example.test", "", {}, "ACK");
    CHECK(authorise(*ack) == 1);
}

TEST_CASE_METHOD(Fixture, "an account without a password lets nobody in", "[auth_db]")
{
    start();
    DigestClient client = challenged();
    client.password = "";
    SECTION("an empty hash")
    {
        cell(0, "ha1") = std::string();
    }
    SECTION("NULL")
    {
        cell(0, "ha1") = db::Null{};
    }
    CHECK(authorise(client) == -1);
}

TEST_CASE_METHOD(Fixture, "a user name with a domain is checked with the second column", "[auth_db]")
{
    start();
    DigestClient client = challenged();
    client.username = "alice@example.test";
    CHECK(authorise(client) == 1);
    cell(0, "ha1b") = std::string();
    client.nc = "00000002";
    CHECK(authorise(client) == -1);
}

TEST_CASE_METHOD(Fixture, "with calculate_ha1 the column holds the password", "[auth_db]")
{
    REQUIRE(auth_db.set("calculate_ha1", 1));
    REQUIRE(auth_db.set("password_column", "password"));
    start();
    DigestClient client = challenged();
    CHECK(authorise(client) == 1);
    client.username = "alice@example.test";
    client.nc = "00000002";
    CHECK(authorise(client) == 1);
    cell(0, "password") = std::string();
    client.nc = "00000003";
    client.password = "";
    CHECK(authorise(client) == -1);
}

TEST_CASE_METHOD(Fixture, "use_domain compares the domain of the user name, or the realm", "[auth_db]")
{
    const bool use_domain = GENERATE(false, true);
    REQUIRE(auth_db.set("use_domain", use_domain));
    cell(0, "domain") = std::string("elsewhere.test");
    start();
    CHECK(authorise(challenged()) == (use_domain ? -1 : 1));
    cell(0, "domain") = std::string("example.test");
    CHECK(authorise(challenged()) == 1);
}

TEST_CASE_METHOD(Fixture, "columns of load_credentials become AVPs after success", "[auth_db]")
{
    REQUIRE(auth_db.set("load_credentials", "rpid; $avp(i:7)=email_address;$avp(s:n)=id;timezone"));
    cell(0, "rpid") = std::string("<sip:+49@example.test>");
    cell(0, "email_address") = std::string("alice@example.test");
    start();
    DigestClient client = challenged();
    auto request = signed_by(client);
    REQUIRE(authorise(*request) == 1);
    const script::AvpList& avps = request->avps();
    CHECK(avps.all().size() == 3);  // timezone is NULL: nothing
    CHECK(std::get<std::string>(avps.find({std::string("rpid")})->value) == "<sip:+49@example.test>");
    CHECK(std::get<std::string>(avps.find({std::uint16_t{7}})->value) == "alice@example.test");
    CHECK(std::get<std::int64_t>(avps.find({std::string("n")})->value) == 1);

    client.nc = "00000002";
    client.password = "guess";
    request = signed_by(client);
    CHECK(authorise(*request) == -1);
    CHECK(request->avps().all().empty());
}

TEST_CASE_METHOD(Fixture, "a database that fails is answered with 500, and the script ends", "[auth_db]")
{
    start();
    const DigestClient client = challenged();
    SECTION("away")
    {
        driver->away();
    }
    SECTION("with a column gone since the start")
    {
        table().columns.erase(table().columns.begin() + 1);
    }
    CHECK(authorise(client) == 0);
    REQUIRE(env.transport.sent.size() == 1);
    CHECK_THAT(env.transport.sent[0].bytes, Catch::StartsWith("SIP/2.0 500 Server Internal Error\r\n"));
}

TEST_CASE_METHOD(Fixture, "a slow database is waited for until the deadline", "[auth_db]")
{
    REQUIRE(auth_db.set("db_deadline", 200));
    start();
    const DigestClient client = challenged();
    const int slow = GENERATE(100, 300);
    driver->slow(std::chrono::milliseconds(slow));
    auto request = signed_by(client);
    const std::vector<script::Argument> arguments{{"", false}, {"subscriber", false}};
    script::BindContext context{env.variables};
    const auto call = auth_db.function("www_authorize", 2).bind(arguments, context);
    REQUIRE(call);
    auto task = (*call)->call_waiting(*request);
    task.start();
    CHECK_FALSE(task.done());
    env.pass(201ms);
    REQUIRE(task.done());
    CHECK(task.take().value == (slow == 100 ? 1 : 0));
    CHECK(env.transport.sent.size() == (slow == 100 ? 0u : 1u));
}

TEST_CASE_METHOD(Fixture, "proxy_authorize reads Proxy-Authorization", "[auth_db]")
{
    start();
    DigestClient client = challenged();
    client.header = "Proxy-Authorization";
    auto request = signed_by(client);
    CHECK(authorise(*request) == -1);
    CHECK(auth_db.call(*request, "proxy_authorize", {"example.test", "subscriber"}) == 1);
    auto ack = env.request("sip:example.test", "", {}, "ACK");
    CHECK(auth_db.call(*ack, "proxy_authorize", {"", "subscriber"}) == 1);
}

TEST_CASE_METHOD(Fixture, "SHA-256 is verified with a column of its own or with the password", "[auth_db]")
{
    REQUIRE(auth.set("algorithm", "SHA-256,MD5"));
    SECTION("and without either the start is refused")
    {
        REQUIRE(auth.start());
        const auto started = auth_db.start();
        REQUIRE_FALSE(started);
        CHECK_THAT(started.error().text,
                   Catch::Contains("sha256_column") && Catch::Contains("calculate_ha1"));
    }
    SECTION("a column")
    {
        REQUIRE(auth_db.set("sha256_column", "greeting"));
        cell(0, "greeting") =
            sip::digest_ha1(sip::DigestAlgorithm::Sha256, "alice", "example.test", "secret");
        start();
        DigestClient client = challenged();
        CHECK(authorise(client) == 1);
        client.algorithm = sip::DigestAlgorithm::Sha256;
        client.nc = "00000002";
        CHECK(authorise(client) == 1);
        client.username = "alice@example.test";  // there is no column for this form
        client.nc = "00000003";
        CHECK(authorise(client) == -1);
    }
    SECTION("the password")
    {
        REQUIRE(auth_db.set("calculate_ha1", 1));
        REQUIRE(auth_db.set("password_column", "password"));
        start();
        DigestClient client = challenged();
        client.algorithm = sip::DigestAlgorithm::Sha256;
        CHECK(authorise(client) == 1);
    }
}

TEST_CASE_METHOD(Fixture, "what the table lacks stops the start", "[auth_db]")
{
    REQUIRE(auth.start());
    SECTION("a column")
    {
        REQUIRE(auth_db.set("password_column", "hash"));
        CHECK(auth_db.refusal("www_authorize", {"", "subscriber"}).empty());
        CHECK_THAT(auth_db.start().error().text, Catch::Contains("has no column hash"));
    }
    SECTION("the table")
    {
        CHECK(auth_db.refusal("www_authorize", {"", "customers"}).empty());
        CHECK_THAT(auth_db.start().error().text, Catch::Contains("junctorctl db create customers"));
    }
    SECTION("a new script that names a missing table is refused, too")
    {
        REQUIRE(auth_db.start());
        CHECK_THAT(auth_db.refusal("www_authorize", {"", "customers"}), Catch::Contains("does not exist"));
        CHECK(auth_db.refusal("www_authorize", {"", "subscriber"}).empty());
    }
    SECTION("a table without a name")
    {
        CHECK_THAT(auth_db.refusal("www_authorize", {"", ""}), Catch::Contains("name of a table"));
    }
    SECTION("a layout that is too old")
    {
        driver->table("openser", "version")->rows[0][1] = std::int64_t{5};
        CHECK(auth_db.refusal("www_authorize", {"", "subscriber"}).empty());
        CHECK_THAT(auth_db.start().error().text,
                   Catch::Contains("has version 5") && Catch::Contains("6 or later"));
    }
    SECTION("load_credentials that nobody can read")
    {
        REQUIRE(auth_db.set("load_credentials", "rpid;$avp(s:x)="));
        CHECK_THAT(auth_db.start().error().text, Catch::Contains("load_credentials"));
    }
}
