#include "core/transport/blacklist.h"

#include <mutex>

#include <re2/re2.h>

namespace junctor::transport
{

namespace
{

// A bracket expression from `at` on ("[a-z]", "[!0-9]"); its end, or nowhere: then the bracket is an ordinary
// character.
std::size_t end_of_set(std::string_view glob, std::size_t at)
{
    std::size_t first = at + 1;
    if (first < glob.size() && (glob[first] == '!' || glob[first] == '^')) ++first;
    return glob.find(']', first + 1);
}

// fnmatch() as a regular expression: RE2 takes linear time, whatever a stranger's message holds.
std::string expression_from(std::string_view glob)
{
    std::string expression;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        const char c = glob[i];
        if (c == '*') {
            expression += ".*";
        } else if (c == '?') {
            expression += '.';
        } else if (const auto end = c == '[' ? end_of_set(glob, i) : glob.npos; end != glob.npos) {
            expression += '[';
            if (glob[++i] == '!' || glob[i] == '^') ++i, expression += '^';
            for (; i < end; ++i) {
                if (glob[i] == '[' || glob[i] == ']' || glob[i] == '\\' || glob[i] == '^') expression += '\\';
                expression += glob[i];
            }
            expression += ']';
        } else {
            if (c == '\\' && i + 1 < glob.size()) ++i;
            expression += RE2::QuoteMeta({&glob[i], 1});
        }
    }
    return expression;
}

RE2::Options options()
{
    RE2::Options options(RE2::Latin1);
    options.set_dot_nl(true);
    options.set_log_errors(false);
    return options;
}

}  // namespace

struct Blacklists::StaticList {
    struct Entry {
        BlacklistRule rule;
        std::unique_ptr<RE2> text;  // null: any
    };
    std::string name;
    std::vector<Entry> entries;

    static bool matches(const Entry& entry, const Destination& to, std::string_view message)
    {
        const auto& rule = entry.rule;
        const bool same = (rule.protocol == Protocol::Any || rule.protocol == to.protocol) &&
                          to.remote.ip.in_network(rule.network, rule.mask_bits) &&
                          (rule.port == 0 || rule.port == to.remote.port) &&
                          (!entry.text || RE2::FullMatch({message.data(), message.size()}, *entry.text));
        return same != rule.inverted;
    }
};

Blacklists::Blacklists(const Clock& clock, bool with_dns_list) : clock_(clock), with_dns_list_(with_dns_list)
{
}

Blacklists::~Blacklists() = default;

bool Blacklists::has(std::string_view name) const
{
    if (with_dns_list_ && name == dns_list) return true;
    return std::any_of(lists_.begin(), lists_.end(), [name](const auto& list) { return list->name == name; });
}

Result<void> Blacklists::add(std::string name, std::vector<BlacklistRule> rules)
{
    if (has(name) || name == dns_list) return fail("dst_blacklist: the list " + name + " exists already");
    if (lists_.size() + 1 >= most_lists)
        return fail("dst_blacklist: there can be " + std::to_string(most_lists) + " lists, dns included");
    auto list = std::make_unique<StaticList>();
    list->name = std::move(name);
    for (auto rule = rules.begin(); rule != rules.end(); ++rule) {
        if (std::find(rules.begin(), rule, *rule) != rule)
            return fail("dst_blacklist: the list " + list->name + " has the same rule twice");
        std::unique_ptr<RE2> text;
        if (!rule->text.empty()) {
            text = std::make_unique<RE2>(expression_from(rule->text), options());
            if (!text->ok())
                return fail("dst_blacklist: the list " + list->name + " has a bad pattern: " + rule->text);
        }
        list->entries.push_back({*rule, std::move(text)});
    }
    lists_.push_back(std::move(list));
    return {};
}

bool Blacklists::forbids(const Destination& to, std::string_view message,
                         std::span<const std::string> selected) const
{
    if (has_failed(to)) return true;
    for (const auto& list : lists_) {
        if (std::find(selected.begin(), selected.end(), list->name) == selected.end()) continue;
        for (const auto& entry : list->entries)
            if (StaticList::matches(entry, to, message)) return true;
    }
    return false;
}

bool Blacklists::has_failed(const Destination& to) const
{
    if (failed_count_.load(std::memory_order_relaxed) == 0) return false;
    const std::shared_lock lock(mutex_);
    const auto found = failed_.find({to.protocol, to.remote});
    return found != failed_.end() && clock_.now() < found->second;
}

void Blacklists::forget_expired()
{
    const TimePoint now = clock_.now();
    std::erase_if(failed_, [now](const auto& entry) { return entry.second <= now; });
}

void Blacklists::add_failed(const Destination& to)
{
    if (!with_dns_list_) return;
    const std::lock_guard lock(mutex_);
    forget_expired();
    const bool known = failed_.contains({to.protocol, to.remote});
    // Full of fresh failures: then nearly everything fails, and one more entry changes nothing.
    if (known || failed_.size() < most_failed)
        failed_[{to.protocol, to.remote}] = clock_.now() + failure_lifetime;
    failed_count_ = failed_.size();
}

std::vector<Blacklists::Listing> Blacklists::list() const
{
    std::vector<Listing> listings;
    for (const auto& list : lists_) {
        Listing listing{list->name, 13, 1, {}};
        for (const auto& entry : list->entries) listing.entries.push_back({entry.rule, {}});
        listings.push_back(std::move(listing));
    }
    if (!with_dns_list_) return listings;
    Listing dns{std::string(dns_list), 17, 2 | 4, {}};
    const TimePoint now = clock_.now();
    const std::shared_lock lock(mutex_);
    for (const auto& [failed, until] : failed_) {
        if (until <= now) continue;
        const BlacklistRule rule{false,
                                 failed.protocol,
                                 failed.remote.ip,
                                 failed.remote.ip.is_v6() ? 128U : 32U,
                                 failed.remote.port,
                                 {}};
        dns.entries.push_back({rule, std::chrono::ceil<std::chrono::seconds>(until - now).count()});
    }
    listings.push_back(std::move(dns));
    return listings;
}

}  // namespace junctor::transport
