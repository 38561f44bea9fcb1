// One binding of an address-of-record to a contact (RFC 3261 §10.3), with what the registrar learnt beside
// it.
//
// Immutable and shared: a BindingPtr that somebody holds stays as it was when the contact is refreshed or
// removed. One allocation: 64 bytes, then the texts, packed; a million contacts must fit in memory.
// Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sip/method.h"

namespace junctor::transport
{
struct ListenSocket;
}

namespace junctor::usrloc
{

class BindingPtr;

// What a binding consists of. Views: into the request, or into another binding.
struct BindingFields {
    std::string_view uri{};       // the contact, as registered
    std::string_view call_id{};   // of the REGISTER
    std::string_view received{};  // URI of where it really came from; empty: not known
    std::string_view path{};      // Route values to it (RFC 3327); empty: none
    std::string_view user_agent{};
    const transport::ListenSocket* socket = nullptr;  // that the REGISTER came in by; null: not known
    std::int64_t expires = 0;                         // Unix seconds; 0: permanent
    std::int64_t last_modified = 0;                   // Unix seconds
    std::uint32_t cseq = 0;
    std::uint32_t flags = 0;   // memory_only
    std::uint32_t cflags = 0;  // branch flags when it was saved
    std::uint32_t methods = sip::all_methods;
    int q = -1;  // thousandths; -1: not given
};

constexpr std::uint32_t memory_only = 1;      // in flags: never written to the database
constexpr std::int64_t deleted_expires = 10;  // as `expires`: removed, but not yet from the database

class Binding
{
public:
    enum class State : std::uint8_t { New, Synced, Dirty };  // not in the database, as in it, changed since

    static constexpr std::size_t max_text = 65535;  // of each text; longer ones are cut
    static BindingPtr make(const BindingFields& fields, State state);

    std::string_view uri() const { return text(0, uri_length_); }
    std::string_view call_id() const { return text(uri_length_, call_id_length_); }
    std::string_view received() const { return text(uri_length_ + call_id_length_, received_length_); }
    std::string_view path() const
    {
        return text(uri_length_ + call_id_length_ + received_length_, path_length_);
    }
    std::string_view user_agent() const
    {
        return text(uri_length_ + call_id_length_ + received_length_ + path_length_, user_agent_length_);
    }
    const transport::ListenSocket* socket() const { return socket_; }
    std::int64_t expires() const { return expires_; }
    std::int64_t last_modified() const { return last_modified_; }
    std::uint32_t cseq() const { return cseq_; }
    std::uint32_t flags() const { return flags_; }
    std::uint32_t cflags() const { return cflags_; }
    std::uint32_t methods() const { return methods_; }
    int q() const { return q_; }
    BindingFields fields() const;

    bool is_permanent() const { return expires_ == 0; }
    bool is_valid(std::int64_t now) const { return expires_ > now || expires_ == 0; }
    bool is_memory_only() const { return (flags_ & memory_only) != 0; }
    // Where to send to: the received URI, else the contact.
    std::string_view reached_at() const { return received_length_ != 0 ? received() : uri(); }

    // How the database stands to it. Changed by the location service alone.
    State state() const { return state_.load(std::memory_order_relaxed); }
    void set_state(State state) const { state_.store(state, std::memory_order_relaxed); }

private:
    friend class BindingPtr;
    Binding(const BindingFields& fields, State state);
    std::string_view text(std::size_t offset, std::size_t length) const
    {
        return {reinterpret_cast<const char*>(this + 1) + offset, length};
    }
    static std::uint16_t length(std::string_view text)
    {
        return static_cast<std::uint16_t>(std::min(text.size(), max_text));
    }
    static std::uint32_t seconds(std::int64_t time)  // lasts until 2106
    {
        return static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(time, 0, std::numeric_limits<std::uint32_t>::max()));
    }

    mutable std::atomic<std::uint32_t> references_{1};
    std::uint32_t expires_, last_modified_, cseq_, flags_, cflags_, methods_;
    std::int16_t q_;
    mutable std::atomic<State> state_;
    std::uint16_t uri_length_, call_id_length_, received_length_, path_length_, user_agent_length_;
    const transport::ListenSocket* socket_;
};

static_assert(sizeof(Binding) <= 64);

class BindingPtr
{
public:
    BindingPtr() = default;
    BindingPtr(const BindingPtr& other) : binding_(other.binding_)
    {
        if (binding_ != nullptr) binding_->references_.fetch_add(1, std::memory_order_relaxed);
    }
    BindingPtr(BindingPtr&& other) noexcept : binding_(std::exchange(other.binding_, nullptr)) {}
    BindingPtr& operator=(BindingPtr other) noexcept
    {
        std::swap(binding_, other.binding_);
        return *this;
    }
    ~BindingPtr()
    {
        if (binding_ == nullptr || binding_->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        binding_->~Binding();
        ::operator delete(const_cast<Binding*>(binding_));
    }

    const Binding& operator*() const { return *binding_; }
    const Binding* operator->() const { return binding_; }
    explicit operator bool() const { return binding_ != nullptr; }
    friend bool operator==(const BindingPtr&, const BindingPtr&) = default;  // the same object

private:
    friend class Binding;
    const Binding* binding_ = nullptr;
};

using Bindings = std::vector<BindingPtr>;

inline Binding::Binding(const BindingFields& f, State state)
    : expires_(seconds(f.expires)),
      last_modified_(seconds(f.last_modified)),
      cseq_(f.cseq),
      flags_(f.flags),
      cflags_(f.cflags),
      methods_(f.methods),
      q_(static_cast<std::int16_t>(std::clamp(f.q, -1, 1000))),
      state_(state),
      uri_length_(length(f.uri)),
      call_id_length_(length(f.call_id)),
      received_length_(length(f.received)),
      path_length_(length(f.path)),
      user_agent_length_(length(f.user_agent)),
      socket_(f.socket)
{
    char* out = reinterpret_cast<char*>(this + 1);
    for (const auto& text : {f.uri, f.call_id, f.received, f.path, f.user_agent}) {
        if (text.empty()) continue;
        std::memcpy(out, text.data(), length(text));
        out += length(text);
    }
}

inline BindingPtr Binding::make(const BindingFields& f, State state)
{
    const std::size_t texts = std::size_t{length(f.uri)} + length(f.call_id) + length(f.received) +
                              length(f.path) + length(f.user_agent);
    BindingPtr made;
    made.binding_ = new (::operator new(sizeof(Binding) + texts)) Binding(f, state);
    return made;
}

inline BindingFields Binding::fields() const
{
    BindingFields f;
    f.uri = uri();
    f.call_id = call_id();
    f.received = received();
    f.path = path();
    f.user_agent = user_agent();
    f.socket = socket_;
    f.expires = expires_;
    f.last_modified = last_modified_;
    f.cseq = cseq_;
    f.flags = flags_;
    f.cflags = cflags_;
    f.methods = methods_;
    f.q = q_;
    return f;
}

}  // namespace junctor::usrloc
