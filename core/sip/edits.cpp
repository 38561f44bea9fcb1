#include "core/sip/edits.h"

#include <algorithm>

#include "core/sip/scan.h"
#include "core/sip/splicer.h"

namespace junctor::sip
{

void Edits::insert(std::size_t offset, std::string text, bool before)
{
    edits_.push_back({offset, 0, std::move(text), {}, before});
}

void Edits::insert(std::size_t offset, LateText text, bool before)
{
    edits_.push_back({offset, 0, {}, std::move(text), before});
}

void Edits::remove(std::size_t offset, std::size_t length)
{
    edits_.push_back({offset, length, {}, {}, false});
}

void Edits::replace(std::size_t offset, std::size_t length, std::string text)
{
    edits_.push_back({offset, length, std::move(text), {}, false});
}

void Edits::apply(std::string_view source, std::size_t from, std::size_t to, const SendPath& path,
                  std::string& out) const
{
    Splicer splicer(source, this, path, out);
    splicer.skip_to(from);
    if (to < source.size())
        splicer.copy_before(to);
    else
        splicer.copy_rest();
}

std::string Edits::inserted_at(std::size_t offset, const SendPath& path) const
{
    std::string before, behind;
    for (const Edit& edit : edits_) {
        if (edit.offset != offset || edit.remove != 0) continue;
        std::string text = edit.late ? edit.late(path) : edit.text;
        if (edit.before)
            before.insert(0, text);
        else
            behind += text;
    }
    return before + behind;
}

std::ptrdiff_t Edits::body_growth(const Message& message, const SendPath& path) const
{
    std::string unused;
    return Splicer(message.bytes(), this, path, unused).growth(message.body_offset(), message.bytes().size());
}

void Edits::remove_header(const Message& message, const Header& header)
{
    remove(message.offset_of(header.line), header.line.size());
}

void Edits::append_header(const Message& message, std::string text)
{
    insert(message.headers_end(), std::move(text));
}

void Edits::prepend_header(const Message& message, std::string text)
{
    insert(message.headers_offset(), std::move(text));
}

void Edits::prepend_header(const Message& message, LateText text)
{
    insert(message.headers_offset(), std::move(text));
}

bool Edits::removes(std::size_t offset) const
{
    return std::any_of(edits_.begin(), edits_.end(), [&](const Edit& edit) {
        return edit.offset <= offset && offset - edit.offset < edit.remove;
    });
}

void Edits::remove_element(const Message& message, const Header& header, std::string_view element)
{
    // Elements that stay, seen from the one that goes: is there one before it, and
    // where does the next one begin?
    std::string_view previous;
    const char* next_begin = nullptr;
    bool stays_before = false;
    bool passed = false;
    std::string_view rest = header.value;
    while (!rest.empty() && next_begin == nullptr) {
        const std::string_view one = first_list_element(rest, &rest);
        if (one.data() == element.data()) {
            passed = true;
        } else if (!passed) {
            previous = one;
            stays_before = stays_before || !removes(message.offset_of(one));
        } else if (!removes(message.offset_of(one))) {
            next_begin = one.data();
        }
    }
    if (!passed) return;

    const std::size_t begin = message.offset_of(element);
    if (stays_before) {  // with the comma before it
        const std::size_t from = message.offset_of(previous) + previous.size();
        remove(from, begin + element.size() - from);
    } else if (next_begin != nullptr) {  // with the comma after it
        remove(begin, static_cast<std::size_t>(next_begin - element.data()));
    } else {
        remove_header(message, header);
    }
}

}  // namespace junctor::sip
