#include "modules/rr/record_route.h"

namespace junctor::rr
{

namespace
{

void start_uri(const RecordRoute& route, std::string& out)
{
    out += "Record-Route: <sip:";
    if (!route.user.empty()) out.append(route.user) += '@';
}

void add_lr(const RecordRoute& route, std::string& out)
{
    out += route.full_lr ? ";lr=on" : ";lr";
}

void add_from_tag(const RecordRoute& route, std::string& out)
{
    if (!route.from_tag.empty()) out.append(";ftag=").append(route.from_tag);
}

void write_one(const RecordRoute& route, const sip::LocalName& local, bool one_of_two, std::string& out)
{
    start_uri(route, out);
    out += local.host;
    if (local.port != 5060 || local.advertised_port) out.append(":").append(std::to_string(local.port));
    if (local.protocol != Protocol::Udp) out.append(";transport=").append(to_text(local.protocol));
    if (one_of_two) out += ";r2=on";
    add_lr(route, out);
    add_from_tag(route, out);
    out.append(route.params) += ">\r\n";
}

}  // namespace

std::string write(const RecordRoute& route, const sip::SendPath& path)
{
    const bool two = route.twice && !path.same_socket;
    std::string text;
    if (two) write_one(route, path.sent_from, two, text);
    write_one(route, path.received_on, two, text);
    return text;
}

std::string write_preset(const RecordRoute& route, std::string_view hostport)
{
    std::string text;
    start_uri(route, text);
    text += hostport;
    add_from_tag(route, text);  // before ;lr here, as in OpenSER
    add_lr(route, text);
    text += ">\r\n";
    return text;
}

}  // namespace junctor::rr
