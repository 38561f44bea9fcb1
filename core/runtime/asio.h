// The one door to Boost.Asio: for .cpp files only, and no more of it than the core uses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace junctor
{
namespace asio = boost::asio;
using boost::system::error_code;
}  // namespace junctor
