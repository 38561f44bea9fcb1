#include "modules/tm/tm_module.h"
#include "test/unit/support/module_under_test.h"

using namespace junctor;
using namespace junctor::test;

TEST_CASE("a parameter refuses a number that its type cannot hold", "[module]")
{
    TestEnvironment env;
    ModuleUnderTest<tm::Tm> tm(env);
    const auto refused = tm.set("fr_timer", -1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text == "a number from 0 to 4294967295 was expected, found -1");
    CHECK_FALSE(tm.set("fr_timer", std::int64_t{1} << 32));
    CHECK(tm.set("fr_timer", 4294967295));
    CHECK_FALSE(tm.set("fr_timer", "thirty"));
}
