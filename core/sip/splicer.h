// Writes a message out piece by piece: its bytes with the edits applied, and between them
// what the writer adds itself.
//
// The edits are put in message order, and late texts are asked for, once, when the splicer is made. Not for
// use outside core/sip.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/sip/edits.h"

namespace junctor::sip
{

class Splicer
{
public:
    // `edits` may be null. All arguments outlive the splicer.
    Splicer(std::string_view source, const Edits* edits, const SendPath& path, std::string& out);

    // Copies what stands before `offset`, edited. Offsets never go back.
    void copy_before(std::size_t offset);
    void copy_to(std::size_t offset);  // the texts inserted at `offset` too
    void copy_rest() { copy_to(source_.size()); }
    // Leaves out what stands before `offset`, edits inside included.
    void skip_to(std::size_t offset);
    void add(std::string_view text) { out_ += text; }

    // What the edits add to the length of [from, to), insertions at both ends included.
    std::ptrdiff_t growth(std::size_t from, std::size_t to) const;
    // Will the byte at `offset` be left out?
    bool removes(std::size_t offset) const;

private:
    struct Piece {
        std::size_t offset;
        std::size_t end;  // of what is removed; equal to offset: an insertion
        std::string_view text;
    };
    void put_in_order(const Edits& edits, const SendPath& path);

    std::string_view source_;
    std::string& out_;
    std::vector<std::string> late_texts_;
    std::vector<Piece> pieces_;  // by offset; what they remove does not overlap
    std::size_t next_ = 0;       // piece
    std::size_t position_ = 0;   // in source_
};

}  // namespace junctor::sip
