// What the tool says and asks: coloured messages on a terminal, plain ones elsewhere, one JSON object with
// --json.
//
//     {"ok":true,"messages":[{"level":"info","text":"..."}],"code":200,"reason":"OK","nodes":[...]}
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/module/mi.h"

namespace junctor::ctl
{

class Console
{
public:
    struct Ports {
        std::istream& in;
        std::ostream& out;
        std::ostream& err;
        bool colours = false;  // `out` is a terminal
        // Asks for a secret without showing it. An error: there is no terminal to ask on.
        std::function<Result<std::string>(const std::string& prompt)> ask_secret;
    };

    explicit Console(Ports ports) : ports_(std::move(ports)) {}

    void use_json(bool json) { json_ = json; }
    bool json() const { return json_; }
    void no_colours() { ports_.colours = false; }

    // Results and news go to standard output, as openserctl's; what went wrong to standard error.
    void line(std::string text);  // as it stands
    void info(std::string text);
    void warning(std::string text);
    void error(std::string text);
    // The nodes as mi_fifo prints them; of an error, its code and reason first.
    void reply(const mi::Reply& reply);
    void table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);

    // The end of a command: with --json, everything that was said. Gives `status` back.
    int finish(int status);

    std::string read_line();  // from standard input, without its end
    // Asks on standard error. Anything but y or yes means no, the end of the input, too.
    bool confirms(const std::string& question);
    // For a command whose output is a file.
    std::ostream& output() { return ports_.out; }
    Result<std::string> ask_secret(const std::string& prompt) { return ports_.ask_secret(prompt); }

private:
    enum class Level { Plain, Info, Warning, Error };
    void say(Level level, std::string text);

    struct Said {
        Level level;
        std::string text;
    };
    Ports ports_;
    bool json_ = false;
    std::vector<Said> said_;  // with --json
    bool has_reply_ = false;
    mi::Reply reply_;
    std::vector<std::string> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace junctor::ctl
