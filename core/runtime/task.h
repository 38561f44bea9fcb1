// Coroutines for code that waits: Task<T> is what a waiting function returns, OneShot<T> is what it waits
// for.
//
//     Task<Code> f(Message& msg) { const auto rows = co_await members_.select(where); ... co_return member; }
//
// One worker's thread starts, resumes and destroys them. A Task is lazy: it runs when awaited or started.
// Destroying a suspended Task destroys its frame and whatever it awaits (cancellation). An exception that
// leaves a task's body ends the program: nothing in the core throws on a message's way.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace junctor
{

template <class T>
class [[nodiscard]] Task;

namespace detail
{

struct TaskPromiseBase {
    std::coroutine_handle<> continuation;

    struct Finish {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept
        {
            if (const auto next = self.promise().continuation) return next;
            return std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    Finish final_suspend() noexcept { return {}; }
    void unhandled_exception() { std::terminate(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
    std::optional<T> value;

    Task<T> get_return_object();
    template <class U>
    void return_value(U&& result)
    {
        value.emplace(std::forward<U>(result));
    }
    T take() { return std::move(*value); }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task
{
public:
    using promise_type = detail::TaskPromise<T>;

    Task() = default;
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept
    {
        if (this != &other) {
            reset();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~Task() { reset(); }

    explicit operator bool() const { return static_cast<bool>(handle_); }
    bool done() const { return handle_ && handle_.done(); }
    T take() { return handle_.promise().take(); }  // only when done()

    // Runs until the first suspension; `then` is resumed at the end (also if it never suspends).
    void start(std::coroutine_handle<> then = std::noop_coroutine())
    {
        handle_.promise().continuation = then;
        handle_.resume();
    }

    std::coroutine_handle<> handle() const { return handle_; }

    auto operator co_await() && noexcept
    {
        struct Await {
            std::coroutine_handle<promise_type> handle;
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept
            {
                handle.promise().continuation = awaiting;
                return handle;
            }
            T await_resume() { return handle.promise().take(); }
        };
        return Await{handle_};
    }

private:
    friend promise_type;
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    void reset()
    {
        if (const auto handle = std::exchange(handle_, {})) handle.destroy();
    }
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object()
{
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> detail::TaskPromise<void>::get_return_object()
{
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

// Waits for tasks that run side by side: each is started with `joined.handle()` as what follows it, then the
// one who waits awaits `joined`. It goes on when all of them rest at their ends, and may destroy them then.
inline Task<void> join(std::size_t tasks)
{
    for (; tasks > 0; --tasks) co_await std::suspend_always{};
}

// A value that arrives once, later. The waiting side co_awaits it; the other side keeps a Resolver, which may
// outlive the waiter (a cancelled wait makes resolving do nothing). Both on the same worker: other threads
// post() first.
template <class T>
class OneShot
{
    struct State {
        std::optional<T> value;
        std::coroutine_handle<> waiter;
    };

public:
    class Resolver
    {
    public:
        Resolver() = default;
        explicit Resolver(std::weak_ptr<State> state) : state_(std::move(state)) {}
        // Resumes the waiter at once, on this stack. Only the first call counts.
        void resolve(T value) const
        {
            const auto state = state_.lock();
            if (!state || state->value) return;
            state->value.emplace(std::move(value));
            if (const auto waiter = std::exchange(state->waiter, {})) waiter.resume();
        }
        bool is_waited_for() const { return !state_.expired(); }

    private:
        std::weak_ptr<State> state_;
    };

    Resolver resolver() { return Resolver(state_); }

    auto operator co_await() noexcept
    {
        struct Await {
            std::shared_ptr<State> state;  // alive through the resumption
            explicit Await(std::shared_ptr<State> shared) : state(std::move(shared)) {}
            Await(const Await&) = delete;
            Await& operator=(const Await&) = delete;
            ~Await() { state->waiter = {}; }
            bool await_ready() const noexcept { return state->value.has_value(); }
            void await_suspend(std::coroutine_handle<> waiter) noexcept { state->waiter = waiter; }
            T await_resume() { return std::move(*state->value); }
        };
        return Await(state_);
    }

private:
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Runs tasks that nobody awaits, and destroys what is still waiting when it goes itself (which no task of its
// own may bring about). One worker.
class TaskGroup
{
public:
    TaskGroup() = default;
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Runs it now, until it first waits; it is freed as soon as it has finished.
    template <class T>
    void start(Task<T> task)
    {
        run(*this, std::move(task));
    }
    std::size_t waiting() const { return waiting_; }

private:
    // A coroutine that owns the task, sits in the group's list and frees itself at its end.
    struct Runner {
        struct promise_type {
            template <class T>
            promise_type(TaskGroup& owner, Task<T>&);
            ~promise_type();
            promise_type(const promise_type&) = delete;
            promise_type& operator=(const promise_type&) = delete;

            Runner get_return_object() { return {}; }
            std::suspend_never initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void return_void() {}
            void unhandled_exception() { std::terminate(); }

            TaskGroup& group;
            promise_type* previous = nullptr;
            promise_type* next = nullptr;
        };
    };

    template <class T>
    static Runner run(TaskGroup&, Task<T> task)
    {
        co_await std::move(task);
    }
    void link(Runner::promise_type& runner);
    void unlink(Runner::promise_type& runner);

    Runner::promise_type* first_ = nullptr;
    std::size_t waiting_ = 0;
};

template <class T>
TaskGroup::Runner::promise_type::promise_type(TaskGroup& owner, Task<T>&) : group(owner)
{
    group.link(*this);
}

}  // namespace junctor
