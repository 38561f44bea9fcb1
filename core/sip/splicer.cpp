#include "core/sip/splicer.h"

#include <algorithm>

namespace junctor::sip
{

Splicer::Splicer(std::string_view source, const Edits* edits, const SendPath& path, std::string& out)
    : source_(source), out_(out)
{
    if (edits != nullptr && !edits->empty()) put_in_order(*edits, path);
}

void Splicer::put_in_order(const Edits& edits, const SendPath& path)
{
    // Message order; at one offset those put "before" come first, the latest of them foremost, then the
    // others as called.
    std::vector<const Edits::Edit*> order;
    order.reserve(edits.edits_.size());
    for (auto edit = edits.edits_.rbegin(); edit != edits.edits_.rend(); ++edit)
        if (edit->before) order.push_back(&*edit);
    for (const Edits::Edit& edit : edits.edits_)
        if (!edit.before) order.push_back(&edit);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto* a, const auto* b) { return a->offset < b->offset; });

    late_texts_.reserve(order.size());  // views into it stay valid
    pieces_.reserve(order.size());
    std::size_t removed_from = 0;
    std::size_t removed_to = 0;
    for (const Edits::Edit* edit : order) {
        const std::size_t offset = std::min(edit->offset, source_.size());
        const std::size_t end = offset + std::min(edit->remove, source_.size() - offset);
        const bool swallowed = offset < removed_to && (end > offset || offset > removed_from);
        if (swallowed) {
            if (end > removed_to) {
                pieces_.push_back({removed_to, end, {}});
                removed_to = end;
            }
            continue;
        }
        std::string_view text = edit->text;
        if (edit->late) text = late_texts_.emplace_back(edit->late(path));
        pieces_.push_back({offset, end, text});
        if (end > offset) {
            removed_from = offset;
            removed_to = end;
        }
    }
}

void Splicer::copy_before(std::size_t offset)
{
    for (; next_ < pieces_.size() && pieces_[next_].offset < offset; ++next_) {
        const Piece& piece = pieces_[next_];
        if (piece.offset > position_) out_ += source_.substr(position_, piece.offset - position_);
        out_ += piece.text;
        position_ = std::max(position_, piece.end);
    }
    if (offset > position_) {
        out_ += source_.substr(position_, offset - position_);
        position_ = offset;
    }
}

void Splicer::copy_to(std::size_t offset)
{
    copy_before(offset);
    const auto inserts_here = [&](const Piece& piece) {
        return piece.offset == offset && piece.end == offset;
    };
    for (; next_ < pieces_.size() && inserts_here(pieces_[next_]); ++next_) out_ += pieces_[next_].text;
}

void Splicer::skip_to(std::size_t offset)
{
    for (; next_ < pieces_.size() && pieces_[next_].offset < offset; ++next_)
        position_ = std::max(position_, pieces_[next_].end);
    position_ = std::max(position_, offset);
}

std::ptrdiff_t Splicer::growth(std::size_t from, std::size_t to) const
{
    std::ptrdiff_t growth = 0;
    for (const Piece& piece : pieces_) {
        if (piece.offset > to || piece.end < from) continue;
        const std::size_t first = std::max(piece.offset, from);
        const std::size_t last = std::min(piece.end, to);
        growth -= static_cast<std::ptrdiff_t>(last - first);
        if (piece.offset >= from) growth += static_cast<std::ptrdiff_t>(piece.text.size());
    }
    return growth;
}

bool Splicer::removes(std::size_t offset) const
{
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [&](const Piece& piece) { return piece.offset <= offset && offset < piece.end; });
}

}  // namespace junctor::sip
