// auth: digest authentication (RFC 3261 §22, RFC 7616, RFC 8760) but for the passwords, which back ends such
// as auth_db know; and Remote-Party-ID.
//
// Nonces are signed and carry their expiry (nonce.h); what is kept is which counts of a nonce were used
// (nonce_counts.h).
#include "modules/auth/auth.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/module/module.h"
#include "modules/auth/challenge.h"
#include "modules/auth/nonce.h"
#include "modules/auth/nonce_counts.h"
#include "modules/auth/rpid.h"
#include "modules/sl/sl.h"

namespace junctor::auth
{

constexpr Code done{1}, failed{-1}, ended{0};

class Auth final : public Module, public Authentication
{
public:
    static void declare(Declaration<Auth>& d)
    {
        d.param("secret", &Auth::secret_, "key that signs nonces; empty: a random one for each start");
        d.param("nonce_expire", &Auth::nonce_expire_, "seconds that a nonce is good for");
        d.param("realm_prefix", &Auth::realm_prefix_, "cut from a realm that is derived from the message");
        d.param("rpid_avp", &Auth::rpid_avp_text_, "AVP that holds the Remote-Party-ID; empty: none");
        d.param("rpid_prefix", &Auth::rpid_prefix_, "text before the Remote-Party-ID");
        d.param("rpid_suffix", &Auth::rpid_suffix_, "text after the Remote-Party-ID");
        d.param("algorithm", &Auth::algorithm_text_, "MD5, SHA-256, or both, the preferred one first");
        d.param("one_time_nonce", &Auth::one_time_nonce_,
                "without qop a nonce serves for one request, so that no replay passes");
        d.param("nonce_limit", &Auth::nonce_limit_, "nonces in use that are remembered at the same time");
        d.param("username_spec", &Auth::username_spec_,
                "AVP of the user that pv_*_authorize expects; empty: any");
        d.param("password_spec", &Auth::password_spec_, "AVP of the user's password or HA1; empty: none");
        d.param("calculate_ha1", &Auth::calculate_ha1_, "the AVP of password_spec holds plain text");
        d.function("www_challenge", &Auth::www_challenge, {Route::Request},
                   "answers 401: the realm, empty for the one of the message; 1 to ask for qop=auth, or 0");
        d.function("proxy_challenge", &Auth::proxy_challenge, {Route::Request},
                   "answers 407: the realm, empty for the one of the message; 1 to ask for qop=auth, or 0");
        d.function("pv_www_authorize", &Auth::pv_www_authorize, {Route::Request},
                   "checks Authorization against the AVPs: the realm, empty for the one of the message");
        d.function(
            "pv_proxy_authorize", &Auth::pv_proxy_authorize, {Route::Request},
            "checks Proxy-Authorization against the AVPs: the realm, empty for the one of the message");
        d.function("consume_credentials", &Auth::consume_credentials, {Route::Request},
                   "removes the credentials that were verified from the request");
        d.function("is_rpid_user_e164", &Auth::is_rpid_user_e164, {Route::Request},
                   "is the user of the Remote-Party-ID a telephone number?");
        d.function("append_rpid_hf", &Auth::append_rpid, {Route::Request, Route::Failure, Route::Branch},
                   "adds a Remote-Party-ID header");
        d.function("append_rpid_hf", &Auth::append_rpid_between,
                   {Route::Request, Route::Failure, Route::Branch},
                   "adds a Remote-Party-ID header with a text before and one after the value");
        d.statistic("challenges", &Auth::challenges_);
        d.statistic("stale_nonces", &Auth::stale_nonces_);
        d.statistic("replays", &Auth::replays_);
        d.statistic("remembered_nonces", &Auth::remembered_nonces);
    }

    Result<void> start(StartContext& context) override;

    Found pre_authorise(Message& message, std::string_view realm, Kind kind) override;
    bool response_matches(const Message& message, const Credentials& credentials,
                          std::string_view ha1) const override;
    Verdict post_authorise(Message& message, const Credentials& credentials) override;
    bool offers(sip::DigestAlgorithm algorithm) const override;
    const std::optional<script::AvpName>& rpid_avp() const override { return rpid_avp_; }

private:
    // What is known of one message between its functions.
    struct Remembered {
        bool stale[2] = {false, false};  // by Kind
    };
    static Remembered& remembered(Message& message)
    {
        static const char key = 0;
        return message.extra<Remembered>(&key);
    }

    Code www_challenge(Message& message, const script::Format& realm, int qop)
    {
        return challenge(message, realm, qop != 0, Kind::Www);
    }
    Code proxy_challenge(Message& message, const script::Format& realm, int qop)
    {
        return challenge(message, realm, qop != 0, Kind::Proxy);
    }
    Code challenge(Message& message, const script::Format& realm, bool qop, Kind kind);
    Code pv_www_authorize(Message& message, const script::Format& realm)
    {
        return pv_authorize(message, realm, Kind::Www);
    }
    Code pv_proxy_authorize(Message& message, const script::Format& realm)
    {
        return pv_authorize(message, realm, Kind::Proxy);
    }
    Code pv_authorize(Message& message, const script::Format& realm, Kind kind);
    Code consume_credentials(Message& message);
    Code is_rpid_user_e164(Message& message);
    Code append_rpid(Message& message) { return append_rpid_between(message, rpid_prefix_, rpid_suffix_); }
    Code append_rpid_between(Message& message, const std::string& prefix, const std::string& suffix);

    std::optional<std::string> rpid_of(Message& message) const;
    Result<Credentials> find_credentials(const Message& message, std::string_view realm, Kind kind) const;
    bool is_fresh(const Message& message, const Credentials& credentials);
    std::uint64_t remembered_nonces() const { return counts_ ? counts_->size() : 0; }

    std::string secret_, realm_prefix_, rpid_prefix_, algorithm_text_ = "MD5";
    std::string rpid_avp_text_ = "$avp(s:rpid)";
    std::string username_spec_, password_spec_;
    bool calculate_ha1_ = false;
    std::string rpid_suffix_ = ";party=calling;id-type=subscriber;screen=yes";
    int nonce_expire_ = 300;
    bool one_time_nonce_ = false;
    unsigned nonce_limit_ = 100000;
    Counter challenges_, stale_nonces_, replays_;

    sl::StatelessReplies* replies_ = nullptr;
    std::vector<sip::DigestAlgorithm> algorithms_;
    std::optional<script::AvpName> rpid_avp_, username_avp_, password_avp_;
    std::optional<Nonces> nonces_;
    std::optional<NonceCounts> counts_;
};

namespace
{

// Equal for retransmissions of a request only: its transaction (RFC 3261 §17.2.3) and what digest covers.
std::uint64_t identity(const sip::Message& request)
{
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
    const auto hash = std::hash<std::string_view>{};
    std::uint64_t sum = hash(request.call_id()) * odd + hash(request.method());
    if (const sip::Via* via = request.top_via()) sum = sum * odd + hash(via->branch);
    if (const sip::CSeq* cseq = request.cseq()) sum = sum * odd + cseq->number;
    return sum;
}

// Empty: there is none, or a number.
std::string_view text_of(const script::AvpList& avps, const std::optional<script::AvpName>& name)
{
    const script::Avp* const avp = name ? avps.find(*name) : nullptr;
    if (avp == nullptr || !std::holds_alternative<std::string>(avp->value)) return {};
    return std::get<std::string>(avp->value);
}

std::uint32_t hex_count(std::string_view nc)  // eight hexadecimal digits
{
    std::uint32_t count = 0;
    for (const char c : nc) count = count << 4 | static_cast<std::uint32_t>(hex_value(c));
    return count;
}

bool needs_no_credentials(const sip::Message& request)
{
    return request.method_id() == sip::Method::Ack || request.method_id() == sip::Method::Cancel;
}

}  // namespace

Result<void> Auth::start(StartContext& context)
{
    replies_ = context.find<sl::StatelessReplies>("sl");
    if (replies_ == nullptr) return fail("auth answers through sl: put loadmodule \"sl.so\" before it");
    if (nonce_expire_ < 1)
        return fail(fmt::format("nonce_expire is {}, at least 1 second is needed", nonce_expire_));
    if (nonce_limit_ < 1) return fail("nonce_limit is 0, at least 1 is needed");
    auto algorithms = parse_algorithms(algorithm_text_);
    if (!algorithms) return fail("algorithm: " + algorithms.error().text);
    algorithms_ = std::move(*algorithms);
    const auto name_avp = [&](const char* parameter, const std::string& text,
                              std::optional<script::AvpName>& avp) -> Result<void> {
        if (text.empty()) return {};
        auto name = context.registry().variables().parse_avp_name(text, true);
        if (!name) return fail(fmt::format("{}: {}", parameter, name.error().text));
        avp = std::move(*name);
        return {};
    };
    if (auto named = name_avp("rpid_avp", rpid_avp_text_, rpid_avp_); !named) return named;
    if (auto named = name_avp("username_spec", username_spec_, username_avp_); !named) return named;
    if (auto named = name_avp("password_spec", password_spec_, password_avp_); !named) return named;
    nonces_.emplace(secret_.empty() ? sip::random_bytes(32) : secret_);
    counts_.emplace(nonce_limit_);
    return {};
}

Code Auth::challenge(Message& message, const script::Format& realm_format, bool qop, Kind kind)
{
    auto realm = realm_format.expand(message);
    if (!realm) {
        replies_->reply(message, 500, "Server Internal Error");
        return ended;
    }
    if (realm->empty()) {
        auto derived = derived_realm(message.sip(), kind, realm_prefix_);
        if (!derived) {
            replies_->reply(message, 400, "Bad Request");
            return message.fail(derived.error(), ended);
        }
        realm = std::move(*derived);
    }
    const std::string nonce =
        nonces_->make(message.environment().worker.clock().wall() + std::chrono::seconds(nonce_expire_));
    const Challenge challenge{kind, *realm, nonce, qop, remembered(message).stale[static_cast<int>(kind)]};

    const std::size_t before = message.reply_headers.size();
    message.reply_headers += challenge.lines(algorithms_);
    const bool sent = kind == Kind::Www ? replies_->reply(message, 401, "Unauthorized")
                                        : replies_->reply(message, 407, "Proxy Authentication Required");
    message.reply_headers.resize(before);  // ours is for this reply alone
    if (!sent) return failed;
    challenges_.add();
    return ended;
}

// The script has put what a back end would know into AVPs: nothing is asked, nothing waits.
Code Auth::pv_authorize(Message& message, const script::Format& realm, Kind kind)
{
    const auto wanted = realm.expand(message);
    if (!wanted) return failed;
    const auto found = pre_authorise(message, *wanted, kind);
    switch (found.verdict) {
        case Verdict::Authorised: return done;
        case Verdict::NotAuthorised: return failed;
        case Verdict::Answered: return ended;
        case Verdict::CheckResponse: break;
    }
    const sip::DigestCredentials& digest = found.credentials.digest;
    const std::string_view user = text_of(message.avps(), username_avp_);
    if (username_avp_ && digest.user() != user) return failed;
    const std::string_view secret = text_of(message.avps(), password_avp_);
    if (secret.empty()) return failed;
    const std::string ha1 = calculate_ha1_
                                ? sip::digest_ha1(digest.algorithm, digest.username, digest.realm, secret)
                                : std::string(secret);
    if (!response_matches(message, found.credentials, ha1)) return failed;
    return post_authorise(message, found.credentials) == Verdict::Authorised ? done : failed;
}

bool Auth::offers(sip::DigestAlgorithm algorithm) const
{
    return std::find(algorithms_.begin(), algorithms_.end(), algorithm) != algorithms_.end();
}

// Every header of that kind is looked at: behind another realm's or algorithm's credentials may be ours.
// Status 401 in the error: there are none; 400: they are broken.
Result<Credentials> Auth::find_credentials(const Message& message, std::string_view realm, Kind kind) const
{
    const sip::Message& request = message.sip();
    const auto type =
        kind == Kind::Www ? sip::HeaderType::Authorization : sip::HeaderType::ProxyAuthorization;
    for (const sip::Header* header = request.first(type); header != nullptr; header = request.next(*header)) {
        if (!istarts_with(header->value, "Digest")) continue;
        Credentials found;
        found.kind = kind;
        found.offset = request.offset_of(header->line);
        found.line = std::make_shared<const std::string>(header->line);
        const std::string_view copied = *found.line;
        auto digest = sip::DigestCredentials::parse(
            copied.substr(request.offset_of(header->value) - found.offset, header->value.size()));
        if (!digest) return fail(std::move(digest.error()));
        if (!iequals(digest->realm, realm) || digest->unknown_algorithm || !offers(digest->algorithm))
            continue;
        found.digest = *digest;
        return found;
    }
    return fail(401, "no credentials");
}

Authentication::Found Auth::pre_authorise(Message& message, std::string_view realm, Kind kind)
{
    if (needs_no_credentials(message.sip())) return {Verdict::Authorised, {}};
    const auto refuse = [&](const Error& error) {
        message.fail(error, ended, script::Failure::BadRequest);
        replies_->reply(message, 400, "Bad Request");
        return Found{Verdict::Answered, {}};
    };
    std::string derived;
    if (realm.empty()) {
        auto from_message = derived_realm(message.sip(), kind, realm_prefix_);
        if (!from_message) return refuse(from_message.error());
        derived = std::move(*from_message);
        realm = derived;
    }
    auto found = find_credentials(message, realm, kind);
    if (!found) {
        if (found.error().status == 400) return refuse(found.error());
        return {Verdict::NotAuthorised, {}};
    }
    const sip::DigestCredentials& digest = found->digest;
    if (digest.username.find('@') != std::string_view::npos && digest.domain() != digest.realm)
        return refuse({400, fmt::format("credentials: the domain of {} is not the realm {}",
                                        quoted_for_log(digest.username), quoted_for_log(digest.realm))});
    if (!digest.qop.empty() && !iequals(digest.qop, "auth") && !iequals(digest.qop, "auth-int"))
        return refuse({400, fmt::format("credentials: unknown qop {}", quoted_for_log(digest.qop))});
    const auto nonce = nonces_->open(digest.nonce);
    if (!nonce) return {Verdict::NotAuthorised, {}};
    found->nonce = *nonce;
    return {Verdict::CheckResponse, std::move(*found)};
}

bool Auth::response_matches(const Message& message, const Credentials& credentials,
                            std::string_view ha1) const
{
    if (ha1.empty()) return false;
    const std::string expected =
        sip::digest_response(credentials.digest, ha1, message.sip().method(), message.sip().body());
    return sip::equal_in_constant_time(expected, credentials.digest.response);
}

// The nonce's time has not run out, and this is no replay.
bool Auth::is_fresh(const Message& message, const Credentials& credentials)
{
    const WallTime now = message.environment().worker.clock().wall();
    if (credentials.nonce.expires < now) {
        stale_nonces_.add();
        return false;
    }
    const bool counted = !credentials.digest.qop.empty();
    if (!counted && !one_time_nonce_) return true;
    const std::uint32_t count = counted ? hex_count(credentials.digest.nc) : 1;
    switch (counts_->use(credentials.nonce, count, identity(message.sip()), now)) {
        case NonceCounts::Use::First:
        case NonceCounts::Use::Retransmission: return true;
        case NonceCounts::Use::Replay: replays_.add(); return false;
        case NonceCounts::Use::Forgotten: stale_nonces_.add(); return false;
    }
    return false;
}

Verdict Auth::post_authorise(Message& message, const Credentials& credentials)
{
    if (!is_fresh(message, credentials)) {
        remembered(message).stale[static_cast<int>(credentials.kind)] = true;
        return Verdict::NotAuthorised;
    }
    // Authorization counts where both were verified, as in 1.2.
    const bool by_www = istarts_with(message.authorized_header, "Authorization");
    if (!by_www) {
        message.authorized_header = *credentials.line;
        message.authorized_offset = credentials.offset;
    }
    return Verdict::Authorised;
}

Code Auth::consume_credentials(Message& message)
{
    if (message.authorized_header.empty()) {
        if (needs_no_credentials(message.sip())) return failed;
        return message.fail({500, "consume_credentials: none have been verified"}, failed);
    }
    message.edits.remove(message.authorized_offset, message.authorized_header.size());
    return done;
}

std::optional<std::string> Auth::rpid_of(Message& message) const
{
    if (!rpid_avp_) return std::nullopt;
    const script::Avp* const avp = message.avps().find(*rpid_avp_);
    if (avp == nullptr) return std::nullopt;
    const auto* const text = std::get_if<std::string>(&avp->value);
    if (text == nullptr || text->empty()) return std::nullopt;
    return *text;
}

Code Auth::is_rpid_user_e164(Message& message)
{
    const auto rpid = rpid_of(message);
    return rpid && is_e164(*rpid) ? done : failed;
}

Code Auth::append_rpid_between(Message& message, const std::string& prefix, const std::string& suffix)
{
    const auto rpid = rpid_of(message);
    if (!rpid) return failed;
    if (rpid->find_first_of("\r\n") != std::string::npos)  // it would be a header of its own
        return message.fail({500, "append_rpid_hf: the value has a line end in it"}, failed);
    message.edits.append_header(message.sip(), "Remote-Party-ID: " + prefix + *rpid + suffix + "\r\n");
    return done;
}

}  // namespace junctor::auth

JUNCTOR_MODULE(junctor::auth::Auth)
