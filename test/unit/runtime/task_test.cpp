#include "core/runtime/task.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace junctor;

namespace
{

Task<int> value_of(OneShot<int>& source)
{
    co_return co_await source;
}

Task<int> twice(OneShot<int>& source)
{
    const int value = co_await value_of(source);
    co_return 2 * value;
}

Task<void> note(OneShot<int>& source, std::vector<int>& notes, std::shared_ptr<int> held)
{
    notes.push_back(co_await twice(source) + *held);
}

}  // namespace

TEST_CASE("a task runs when it is started and ends with its value", "[runtime]")
{
    OneShot<int> source;
    Task<int> task = twice(source);
    CHECK_FALSE(task.done());
    task.start();
    CHECK_FALSE(task.done());

    SECTION("resolving resumes it on this stack")
    {
        source.resolver().resolve(21);
        REQUIRE(task.done());
        CHECK(task.take() == 42);
    }
    SECTION("only the first resolution counts")
    {
        const auto resolver = source.resolver();
        OneShot<int>::Resolver(resolver).resolve(1);
        OneShot<int>::Resolver(resolver).resolve(2);
        CHECK(task.take() == 2);
    }
    SECTION("destroyed while it waits, it is not resumed any more")
    {
        const auto resolver = source.resolver();
        task = {};
        OneShot<int>::Resolver(resolver).resolve(1);
        CHECK(resolver.is_waited_for());  // the OneShot is still there
    }
}

TEST_CASE("a value that was there before the wait does not suspend", "[runtime]")
{
    OneShot<int> source;
    source.resolver().resolve(4);
    Task<int> task = twice(source);
    task.start();
    REQUIRE(task.done());
    CHECK(task.take() == 8);
}

TEST_CASE("a resolver outlives the waiter and its OneShot", "[runtime]")
{
    OneShot<int>::Resolver resolver;
    {
        OneShot<int> source;
        resolver = source.resolver();
        CHECK(resolver.is_waited_for());
    }
    CHECK_FALSE(resolver.is_waited_for());
    resolver.resolve(1);
}

TEST_CASE("a task group runs tasks that nobody awaits", "[runtime]")
{
    OneShot<int> first, second;
    std::vector<int> notes;
    const auto held = std::make_shared<int>(1);
    {
        TaskGroup group;
        group.start(note(first, notes, held));
        group.start(note(second, notes, held));
        CHECK(group.waiting() == 2);
        CHECK(held.use_count() == 3);

        second.resolver().resolve(10);
        CHECK(notes == std::vector{21});
        CHECK(group.waiting() == 1);
        CHECK(held.use_count() == 2);  // a finished task is freed at once
    }
    CHECK(held.use_count() == 1);  // and a waiting one with its group
    first.resolver().resolve(5);
    CHECK(notes == std::vector{21});
}

TEST_CASE("a task group takes a task that never waits", "[runtime]")
{
    OneShot<int> source;
    source.resolver().resolve(3);
    std::vector<int> notes;
    TaskGroup group;
    group.start(note(source, notes, std::make_shared<int>(0)));
    CHECK(notes == std::vector{6});
    CHECK(group.waiting() == 0);
}
