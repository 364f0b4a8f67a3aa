// SPDX-License-Identifier: Apache-2.0
#include "appliance/get_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "appliance/byte_range_text.h"
#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/get_notes.h"
#include "appliance/get_preview.h"
#include "appliance/get_report_text.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/object_name.h"
#include "appliance/transfer_display.h"
#include "base/size_text.h"
#include "dag/object_info.h"
#include "dag/object_source.h"
#include "dag/tree_cursor.h"
#include "ingest/owned_fd.h"
#include "pipeline/restore.h"
#include "pipeline/standing_entries.h"
#include "pipeline/tree_restore.h"
#include "pipeline/untaken_entries.h"

namespace penstock {
namespace {

// Entries that --delete spares and that are named.
constexpr uint64_t kSparedToldMax = 20;

// Where the object goes: a path, or where it is empty standard output.
Result<std::string> choose_output(const GetCommand& command, const GlobalOptions& global, ObjectKind kind,
                                  const Console& console) {
  const bool is_file = kind == ObjectKind::file;
  if (!command.output.empty() && command.output != "-") return command.output;
  if (!is_file) {
    return fail(Errc::usage, command.object,
                fmt::format("is a {}, which cannot be written to standard output", object_kind_text(kind)),
                "give -o PATH");
  }
  if (global.json) {
    return fail(Errc::usage, "--json", "standard output carries the file itself", "give -o PATH");
  }
  if (command.output.empty() && console.output_is_terminal()) {
    return fail(Errc::usage, command.object, "standard output is a terminal",
                "give -o PATH, or -o - to write it there all the same");
  }
  return std::string();
}

Result<RestoreOptions> parse_options(const GetCommand& command) {
  RestoreOptions options;
  if (!command.max_size.empty()) {
    const auto bytes = parse_size(command.max_size);
    if (!bytes)
      return fail(Errc::usage, "--max-size " + bytes.error().what, bytes.error().why, bytes.error().remedy);
    options.bytes_max = *bytes;
  }
  PENSTOCK_TRY_ASSIGN(options.threads, parse_threads(command.threads));
  return options;
}

Result<ByteRange> fit_to_file(const RangeRequest& part, const ObjectInfo& info, const std::string& what) {
  if (info.kind == ObjectKind::file) return fit_byte_range(part, info.content_bytes, what);
  return fail(Errc::usage, what,
              fmt::format("is a {}, and only a file has ranges", object_kind_text(info.kind)),
              "give a file's CID, or the file's PATH behind it");
}

// Content bytes that the display may take for the whole. A directory's Tsize has its nodes in it too, which
// are few beside their leaves.
uint64_t expected_bytes(const ObjectInfo& info, const RestoreOptions& options) {
  if (options.range) return options.range->length;
  return info.kind == ObjectKind::file ? info.content_bytes : info.dag_bytes;
}

// What the name leads to. Of a bare CID, and of a commit without metadata or with damaged one, that is its
// content alone.
struct Wanted {
  CommitTree tree;
  TreeEntry entry;
  ObjectInfo info;          // of the content, where there is any
  bool metadata = false;    // the tree has it
  bool damaged = false;     // it should have it
  std::optional<Cid> bare;  // where the name begins with no commit: with what
};

Result<Wanted> find_wanted(const ObjectName& name, const Store& store, BlockSource& source,
                           Console& console) {
  Wanted wanted;
  PENSTOCK_TRY_ASSIGN(const NamedObject start, find_object(start_of(name), store, source));
  if (start.info.kind == ObjectKind::commit) {
    auto tree = open_commit_tree(source, start.cid);
    wanted.damaged = !tree;
    if (!tree && tree.error().code != Errc::corrupt) return Failure(tree.error());
    if (!tree) {
      console.report(tree.error());
      ::umask(077);  // nobody knows any more whom the files were for
    }
    if (tree && tree->meta) {
      wanted.metadata = true;
      wanted.tree = std::move(*tree);
      PENSTOCK_TRY_ASSIGN(wanted.entry, resolve_entry(source, wanted.tree, name.path));
      if (!wanted.entry.content) return wanted;
      ObjectSource whole(source, start.cid);
      PENSTOCK_TRY_ASSIGN(wanted.info, inspect(whole, *wanted.entry.content));
      return wanted;
    }
  }
  PENSTOCK_TRY_ASSIGN(const NamedObject found, find_content(name, store, source));
  wanted.entry.content = found.cid;
  wanted.info = found.info;
  if (start.info.kind != ObjectKind::commit) wanted.bare = start.cid;
  return wanted;
}

// A store is never in its own commits, so that --delete would remove one that lies in PATH.
Status spare_store(const GetCommand& command, const GlobalOptions& global, const std::string& path) {
  if (path.empty()) return {};
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path store = fs::weakly_canonical(fs::absolute(directory), error);
  const fs::path target = fs::weakly_canonical(fs::absolute(path), error) / "";
  const auto lies_in = [](const fs::path& inner, const fs::path& outer) {
    return inner.native().starts_with(outer.native());
  };
  if (lies_in(target, store / ""))
    return fail(Errc::failed, path, "is in the store that is restored from", "choose another path with -o");
  if (!command.remove_others && !command.remove_untaken) return {};
  if (lies_in(store / "", target))
    return fail(Errc::failed, path, "has the store in it, which --delete would remove",
                "leave out --delete, or move the store");
  for (fs::path above = target.parent_path(); !above.empty(); above = above.parent_path()) {
    const OwnedFd fd(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd && looks_like_store(fd.get()))
      return fail(Errc::failed, above.string(), "looks like a store, of which --delete would remove parts",
                  "leave out --delete, or choose another path with -o");
    if (above == above.root_path()) break;
  }
  return {};
}

// Has --delete spare what the put that made the commit would not have taken. Of a bare CID nothing is known.
Result<std::unique_ptr<UntakenEntries>> spare_untaken(const GetCommand& command, const Wanted& wanted,
                                                      BlockSource& source, const std::string& path_in_tree,
                                                      const std::string& target, TreeRestoreOptions& choices,
                                                      Console& console) {
  if (!choices.remove_others) return std::unique_ptr<UntakenEntries>();
  const auto told = [&console, count = uint64_t{0}](const std::string& path, std::string_view why) mutable {
    if (why == UntakenEntries::kStore) {
      console.report({Errc::partial, path, "looks like a store, and is not removed", "remove it by hand"});
    } else if (++count <= kSparedToldMax) {
      console.note(name_text(path) + ": spared: " + std::string(why));
    }
  };
  const bool is_tree = wanted.info.kind == ObjectKind::directory;
  if (command.remove_untaken || !is_tree || (!wanted.metadata && !wanted.damaged)) {
    auto stores = UntakenEntries::stores_in(target, told);
    choices.spares = [&entries = *stores](std::string_view path) { return entries.has(path); };
    return stores;
  }
  if (wanted.damaged)
    return fail(Errc::usage, "--delete",
                "cannot tell what the put left out: the commit's metadata is damaged",
                "leave it out, or remove all that the commit lacks with --delete-excluded");
  PENSTOCK_TRY_ASSIGN(auto untaken, UntakenEntries::of(source, wanted.tree, path_in_tree, target, told));
  choices.spares = [&entries = *untaken](std::string_view path) { return entries.has(path); };
  return untaken;
}

void tell_spared(const UntakenEntries* untaken, Console& console) {
  const uint64_t noted = untaken == nullptr ? 0 : untaken->count() - untaken->stores();
  if (noted > kSparedToldMax) console.note(fmt::format("spared: {} more", noted - kSparedToldMax));
}

// Parts are chosen of directories alone.
Status check_selects(const TreeRestoreOptions& choices, const Wanted& wanted, const std::string& object) {
  const bool selects = !choices.include.empty() || !choices.exclude.empty();
  if (selects && (!wanted.entry.content || wanted.info.kind != ObjectKind::directory))
    return fail(Errc::usage, object, "is no directory of which a part could be chosen",
                "leave out --include and --exclude");
  return {};
}

int exit_code(const TreeRestoreReport& report, const RefusalTally& refused, const UntakenEntries* untaken,
              bool damaged) {
  const bool whole = report.restored.entries_reported == 0 && report.metadata_damaged == 0 &&
                     report.differences == 0 && !damaged;
  if (!whole) return static_cast<int>(Errc::corrupt);
  const uint64_t missing = refused.entries_missing() + report.in_the_way + report.mount_points +
                           report.not_removed + (untaken == nullptr ? 0 : untaken->stores());
  return missing == 0 ? 0 : static_cast<int>(Errc::partial);
}

// A device, FIFO or socket has no bytes to be written or cut.
Status check_special(const GetCommand& command) {
  if (!command.range.empty())
    return fail(Errc::usage, command.object, "is a special file: it has no byte range", "leave out --range");
  if (command.output.empty() || command.output == "-")
    return fail(Errc::usage, command.object, "is a special file, which cannot be written to standard output",
                "give -o PATH");
  return {};
}

Result<PathPatterns> parse_patterns(const std::vector<std::string>& texts, const char* option) {
  PathPatterns patterns;
  for (const std::string& text : texts) {
    auto pattern = PathPattern::parse(text, false);
    if (!pattern)
      return fail(Errc::usage, std::string(option) + " " + pattern.error().what, pattern.error().why,
                  pattern.error().remedy);
    patterns.add(std::move(*pattern));
  }
  return patterns;
}

Result<Overwrite> parse_overwrite(const std::string& text) {
  if (text.empty()) return Overwrite::refuse;
  if (text == "always") return Overwrite::always;
  if (text == "if-changed") return Overwrite::if_changed;
  if (text == "never") return Overwrite::never;
  return fail(Errc::usage, "--overwrite " + text, "is none of always, if-changed and never",
              "choose one of these");
}

Result<OwnerChoice> parse_owners(const std::string& text) {
  if (text.empty() || text == "names") return OwnerChoice::names;
  if (text == "numbers") return OwnerChoice::numbers;
  if (text == "none") return OwnerChoice::none;
  return fail(Errc::usage, "--owners " + text, "is none of names, numbers and none", "choose one of these");
}

// What was chosen, for TreeRestoreOptions::choices: no two choices have the same.
std::string choices_text(const GetCommand& command) {
  std::string text;
  for (const std::string& pattern : command.include) text += "+" + pattern + '\0';
  for (const std::string& pattern : command.exclude) text += "-" + pattern + '\0';
  return text;
}

// What depends on a restore to a path, and the options on each other.
Result<TreeRestoreOptions> parse_choices(const GetCommand& command, Console& console) {
  TreeRestoreOptions choices;
  PENSTOCK_TRY_ASSIGN(choices.include, parse_patterns(command.include, "--include"));
  PENSTOCK_TRY_ASSIGN(choices.exclude, parse_patterns(command.exclude, "--exclude"));
  PENSTOCK_TRY_ASSIGN(choices.overwrite, parse_overwrite(command.overwrite));
  PENSTOCK_TRY_ASSIGN(choices.owners, parse_owners(command.owners));
  choices.specials = !command.no_special;
  choices.choices = choices_text(command);
  choices.verify = command.verify;
  choices.remove_others = command.remove_others || command.remove_untaken;
  if (choices.remove_others &&
      (choices.overwrite == Overwrite::refuse || choices.overwrite == Overwrite::never))
    return fail(Errc::usage, "--delete", "removes nothing from what must not be there or must stay as it is",
                "give --overwrite always or if-changed");
  if (choices.verify && choices.overwrite == Overwrite::never)
    return fail(Errc::usage, "--verify", "would find what --overwrite never leaves as it is",
                "leave out one of them");
  if (choices.verify && command.dry_run)
    return fail(Errc::usage, "--dry-run", "leaves nothing that --verify could read back",
                "leave out one of them");
  choices.note = [&console](const std::string& text) { console.note(name_text(text)); };
  if (choices.remove_others)
    choices.removed = [&console](const std::string& path) { console.note(name_text(path) + ": removed"); };
  PENSTOCK_TRY_ASSIGN(choices.restore, parse_options(command));
  return choices;
}

// Whether these need a path to restore to, as a tree.
bool wants_tree(const TreeRestoreOptions& choices) {
  return !choices.include.empty() || !choices.exclude.empty() || choices.verify ||
         choices.overwrite != Overwrite::refuse;
}

// A path, or where it is empty standard output.
Result<std::string> settle_output(const GetCommand& command, const GlobalOptions& global,
                                  const ObjectName& name, const Wanted& wanted, const Console& console) {
  if (!wanted.entry.content) {
    PENSTOCK_TRY(check_special(command));
    return output_of_leaf(command.output, name, wanted.entry);
  }
  PENSTOCK_TRY_ASSIGN(std::string path, choose_output(command, global, wanted.info.kind, console));
  return wanted.info.kind == ObjectKind::directory ? path : output_of_leaf(path, name, wanted.entry);
}

}  // namespace

void GetCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.required_argument("OBJECT", object,
                           "CID, commit, HEAD (the newest), HEAD~N, each with /PATH behind it; or NAME:PATH");
  global.describe_store(syntax);
  syntax.value(
      "-o,--output", output, "PATH",
      "where to: a path that is not there yet, of a file also a directory, or - for standard output");
  syntax.value("--range", range, "OFFSET:LENGTH", "these bytes of a file; OFFSET: goes to its end");
  syntax.values(
      "--include", include, "PATTERN",
      "of a directory take only what matches this and what is below it; may be given several times");
  syntax.values("--exclude", exclude, "PATTERN", "leave out what matches this; may be given several times");
  syntax.value(
      "--overwrite", overwrite, "WHEN",
      "PATH may be there: always, if-changed (files of the same size and time stay) or never (what is "
      "there stays)");
  syntax.flag(
      "--delete", remove_others,
      "with --overwrite: remove from PATH what OBJECT has not, but for what its put left out or could "
      "not read");
  syntax.flag("--delete-excluded", remove_untaken, "as --delete, and that too");
  syntax.value(
      "--owners", owners, "WHICH",
      "whose it becomes: names (of the users and groups that have those names here; else by number), "
      "numbers, or none (yours)");
  syntax.flag("--no-special", no_special, "leave out devices, FIFOs and sockets");
  syntax.flag("--dry-run", dry_run, "touch nothing, and print what would be done");
  syntax.flag("--verify", verify,
              "read back what stands in PATH when all is written, and compare contents and metadata");
  syntax.value("--max-size", max_size, "SIZE", "refuse an object with more content than this");
  syntax.value("--threads", threads, "N", "at most this many threads (default: one a CPU)");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock get HEAD -o restored            the newest commit's whole tree\n"
      "  penstock get HEAD/docs/a.pdf > a.pdf     one file of it\n"
      "  penstock get home: -o home               the newest commit of that name (put --name home)\n"
      "  penstock get HEAD -o docs --include '*.pdf'   some of its files\n"
      "  penstock get HEAD -o tree --overwrite if-changed --delete   make tree what it was\n"
      "  penstock get HEAD -o tree --overwrite always --dry-run   what that would do\n"
      "  penstock get CID --range 1G:4K -o part   4 KiB from the middle of a file\n"
      "  penstock get CID -o tree --max-size 10G  a tree from somebody else\n");
}

Result<int> GetCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(ObjectName name, parse_object_name(object));
  PENSTOCK_TRY_ASSIGN(TreeRestoreOptions choices, parse_choices(*this, console));
  RestoreOptions& options = choices.restore;
  std::optional<RangeRequest> part;
  if (!range.empty()) {
    PENSTOCK_TRY_ASSIGN(part, parse_byte_range(range));
  }
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const auto source = store->new_reader();
  PENSTOCK_TRY(resolve_start(name, *store, *source));
  PENSTOCK_TRY_ASSIGN(const Wanted wanted, find_wanted(name, *store, *source, console));
  PENSTOCK_TRY(check_selects(choices, wanted, object));
  if (part && wanted.entry.content) {
    PENSTOCK_TRY_ASSIGN(options.range, fit_to_file(*part, wanted.info, object));
  }
  PENSTOCK_TRY_ASSIGN(const std::string path, settle_output(*this, global, name, wanted, console));
  if ((wants_tree(choices) || dry_run) && (path.empty() || options.range))
    return fail(Errc::usage, object,
                "is written as a stream, or in part: there is nothing to choose or compare",
                "give -o PATH and no --range, or leave out --overwrite, --delete, --verify and --dry-run");
  PENSTOCK_TRY(spare_store(*this, global, path));
  if (remove_others) note_other_place(wanted.tree, name.path, path, console);
  PENSTOCK_TRY_ASSIGN(const auto untaken,
                      spare_untaken(*this, wanted, *source, name.path, path, choices, console));
  if (dry_run) {
    auto code =
        preview_get(*store, wanted.tree, wanted.entry, name.path, path, choices, global.json, console);
    tell_spared(untaken.get(), console);
    if (code && *code == 0 && untaken && untaken->stores() > 0) return static_cast<int>(Errc::partial);
    return code;
  }
  const bool as_tree = !path.empty() && !options.range && (wanted.metadata || wants_tree(choices));

  TransferProgress progress;
  options.progress = &progress;
  // What goes wrong with the content of a single file is the command's own error.
  if (as_tree || wanted.info.kind == ObjectKind::directory) {
    options.report = [&](const Error& error) { console.report(error); };
  }
  RefusalTally refused;
  const auto restore = [&]() -> Result<TreeRestoreReport> {
    const uint64_t expected = wanted.entry.content ? expected_bytes(wanted.info, options) : 0;
    const TransferDisplay display(console, progress, [expected] { return std::optional(expected); });
    if (as_tree) return restore_tree(*store, wanted.tree, wanted.entry, name.path, path, choices, refused);
    const Cid& cid = *wanted.entry.content;
    TreeRestoreReport report;
    PENSTOCK_TRY_ASSIGN(report.restored, path.empty()
                                             ? restore_to_descriptor(*store, cid, console.output(), options)
                                             : restore_to_path(*store, cid, path, options));
    return report;
  };
  PENSTOCK_TRY_ASSIGN(const TreeRestoreReport report, restore());
  if (global.json)
    print_json(console, get_report_json(report, wanted.entry.content, path, as_tree ? &refused : nullptr));
  tell_spared(untaken.get(), console);
  tell_refusals(refused, console);
  if (wanted.bare && !path.empty() && !options.range)
    note_commit_of_root(name, *wanted.bare, *store, *source, console);
  console.summary(get_summary(report));
  return exit_code(report, refused, untaken.get(), wanted.damaged);
}

}  // namespace penstock
