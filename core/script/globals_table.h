// The table of global parameters: the name, which member of ScriptGlobals it sets with what, and, if it has
// no meaning in Junctor, why. Part of globals.cpp.
#pragma once

#include <limits>
#include <string_view>
#include <variant>

#include "core/script/globals.h"

namespace junctor::script
{

enum class Form : std::uint8_t { Quoted, Text, Host };  // Text: quoted or a name

struct IntegerTarget {
    IntegerSetting ScriptGlobals::*member;
    std::int64_t least = 0;
    std::int64_t most = std::numeric_limits<std::int32_t>::max();
};
struct TextTarget {
    TextSetting ScriptGlobals::*member;
    Form form = Form::Quoted;
};
enum class SpecialTarget : std::uint8_t { Listen, Alias, AvpAliases, LogFacility, Tos };
using BooleanTarget = BooleanSetting ScriptGlobals::*;
using TlsTextTarget = TextSetting TlsSettings::*;
using TlsBooleanTarget = BooleanSetting TlsSettings::*;

struct GlobalParameter {
    std::string_view name;
    std::variant<IntegerTarget, BooleanTarget, TextTarget, SpecialTarget, TlsTextTarget, TlsBooleanTarget>
        target;
    std::string_view no_effect = {};  // why it has none
};

const GlobalParameter* find_global(std::string_view name);  // null: there is none

}  // namespace junctor::script
