/// Completion scripts for shells, generated from the command table.
struct Completions: Sendable {
  /// The shells that there are scripts for.
  enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }

  let table: CommandTable

  func script(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private var commandNames: [String] { table.commands.map(\.spec.name) }

  /// What completions offer for a positional: its choices, or for `help` every command and topic.
  private func choices(_ positional: PositionalSpec, of command: CommandSpec) -> [String] {
    command.name == HelpCommand.spec.name ? commandNames + table.topics.map(\.name) : positional.value.choices
  }

  private static func options(_ command: CommandSpec) -> [OptionSpec] { command.options + [.help] }

  private static func spellings(_ option: OptionSpec) -> [String] {
    (option.short.map { ["-\($0)"] } ?? []) + option.names.map { "--\($0)" }
  }

  // MARK: bash

  /// Works with bash 3.2, which macOS ships: no `mapfile`; `compopt` is used where it exists.
  private var bash: String {
    var text = """
      # bash completion for nmsim
      # nmsim completions bash > ~/.local/share/bash-completion/completions/nmsim

      # Offers the words of the first argument that begin with what was typed.
      _nmsim_words() {
        local IFS=$' \\t\\n'
        COMPREPLY=( $(compgen -W "$1" -- "$current") )
      }

      # Offers nothing, file names neither.
      _nmsim_nothing() {
        compopt +o default +o bashdefault 2>/dev/null
        COMPREPLY=()
      }

      _nmsim() {
        local current previous
        COMPREPLY=()
        current="${COMP_WORDS[COMP_CWORD]}"
        previous="${COMP_WORDS[COMP_CWORD-1]}"
        # bash splits --option=value into three words.
        if [[ $current == "=" ]]; then
          current=""
        elif [[ $previous == "=" && $COMP_CWORD -gt 2 ]]; then
          previous="${COMP_WORDS[COMP_CWORD-2]}"
        fi
        if [[ $COMP_CWORD -eq 1 ]]; then
          _nmsim_words "\((commandNames + ["--help", "--version"]).joined(separator: " "))"
          return
        fi
        case "${COMP_WORDS[1]}" in

      """
    for command in table.commands.map(\.spec) {
      text += "    \(command.name))\n      case \"$previous\" in\n"
      for option in Self.options(command) {
        guard let value = option.value else { continue }
        text += "        \(Self.spellings(option).joined(separator: "|")))\n"
        if !value.choices.isEmpty {
          text += "          _nmsim_words \"\(value.choices.joined(separator: " "))\"\n"
        } else if !value.takesFile {
          text += "          _nmsim_nothing\n"
        }
        text += "          return ;;\n"
      }
      let spellings = Self.options(command).flatMap(Self.spellings).joined(separator: " ")
      text += "      esac\n      if [[ $current == -* ]]; then\n        _nmsim_words \"\(spellings)\"\n"
      let words = command.positionals.flatMap { choices($0, of: command) }.reduce(into: [String]()) { words, word in
        if !words.contains(word) { words.append(word) }
      }
      if !words.isEmpty {
        text += "      else\n        _nmsim_words \"\(words.joined(separator: " "))\"\n"
      } else if !command.positionals.contains(where: \.value.takesFile) {
        text += "      else\n        _nmsim_nothing\n"
      }
      text += "      fi ;;\n"
    }
    return text + """
        esac
      }

      complete -o bashdefault -o default -F _nmsim nmsim

      """
  }

  // MARK: zsh

  private var zsh: String {
    var text = """
      #compdef nmsim
      # zsh completion for nmsim; save as _nmsim in a folder of $fpath:
      # nmsim completions zsh > "${fpath[1]}/_nmsim"

      # Offers the given names, and files.
      _nmsim_or_files() {
        _alternative "names:name:($*)" 'files:file:_files'
      }

      _nmsim() {
        local -a commands
        commands=(

      """
    for command in table.commands.map(\.spec) {
      text += "    \(Self.quoted("\(command.name):\(command.abstract)"))\n"
    }
    text += """
        )
        if (( CURRENT == 2 )); then
          _describe -t commands command commands
          _arguments '--help[Show help]' '--version[Show the version]'
          return
        fi
        local name=${words[2]}
        shift words
        (( CURRENT-- ))
        case $name in

      """
    for command in table.commands.map(\.spec) {
      text += "    \(command.name))\n      _arguments -s"
      for option in Self.options(command) {
        let help = option.help.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
          .replacing(":", with: "\\:")
        let action = option.value.map { ":\(option.placeholder):\(Self.zshAction($0, $0.choices))" } ?? ""
        let long = "--\(option.name)\(option.value == nil ? "" : "=")"
        if let short = option.short {
          let both = "(-\(short) --\(option.name))"
          let one = option.value == nil ? "-\(short)" : "-\(short)+"
          text += " \\\n        " + Self.quoted("\(both)\(one)[\(help)]\(action)")
          text += " \\\n        " + Self.quoted("\(both)\(long)[\(help)]\(action)")
        } else {
          text += " \\\n        " + Self.quoted("\(long)[\(help)]\(action)")
        }
        for synonym in option.synonyms {
          text += " \\\n        " + Self.quoted("--\(synonym)\(option.value == nil ? "" : "=")[\(help)]\(action)")
        }
      }
      for (index, positional) in command.positionals.enumerated() {
        let place =
          switch positional.arity {
          case .required: "\(index + 1):"
          case .optional: "\(index + 1)::"
          case .list: "*:"
          }
        let action = Self.zshAction(positional.value, choices(positional, of: command))
        text += " \\\n        " + Self.quoted("\(place)\(positional.placeholder):\(action)")
      }
      text += " ;;\n"
    }
    return text + """
        esac
      }

      if [[ $funcstack[1] == _nmsim ]]; then
        _nmsim "$@"
      else
        compdef _nmsim nmsim
      fi

      """
  }

  private static func zshAction(_ value: ValueKind, _ choices: [String]) -> String {
    let words = choices.isEmpty ? "" : "(\(choices.joined(separator: " ")))"
    // A leading blank: _arguments then adds no arguments of its own to the call.
    if value.takesFile { return words.isEmpty ? "_files" : " _nmsim_or_files \(choices.joined(separator: " "))" }
    return words.isEmpty ? " " : words
  }

  /// In single quotes for zsh and bash.
  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  // MARK: fish

  private var fish: String {
    var text = """
      # fish completion for nmsim
      # nmsim completions fish > ~/.config/fish/completions/nmsim.fish

      # Whether the first argument is the given command.
      function __nmsim_is
          set -l words (commandline -opc)
          test (count $words) -ge 2; and test "$words[2]" = "$argv[1]"
      end

      complete -c nmsim -n __fish_use_subcommand -f -l help -s h -d 'Show help'
      complete -c nmsim -n __fish_use_subcommand -f -l version -d 'Show the version'

      """
    for command in table.commands.map(\.spec) {
      text +=
        "complete -c nmsim -n __fish_use_subcommand -f -a \(command.name) -d \(Self.fishQuoted(command.abstract))\n"
    }
    for command in table.commands.map(\.spec) {
      let start = "complete -c nmsim -n '__nmsim_is \(command.name)'"
      text += "\n"
      for positional in command.positionals {
        let words = choices(positional, of: command)
        if !positional.value.takesFile {
          text += "\(start) -f" + (words.isEmpty ? "\n" : " -a '\(words.joined(separator: " "))'\n")
        }
      }
      if command.positionals.isEmpty { text += "\(start) -f\n" }
      for option in Self.options(command) {
        text += start + (option.short.map { " -s \($0)" } ?? "") + option.names.map { " -l \($0)" }.joined()
        if let value = option.value {
          text += value.takesFile ? " -r -F" : " -x"
          if !value.choices.isEmpty { text += " -a '\(value.choices.joined(separator: " "))'" }
        }
        text += " -d \(Self.fishQuoted(option.help))\n"
      }
    }
    return text
  }

  private static func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
