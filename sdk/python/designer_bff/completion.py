"""`designer-bff completion SHELL`: what a shell needs to complete commands and options."""

import argparse
from collections.abc import Mapping
from typing import Final

BASH: Final = """\
_designer_bff() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= word
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in {commands}) command=$word; break ;; esac
  done
  case $command:$current in
{cases}
    :-*) COMPREPLY=($(compgen -W "{options}" -- "$current")) ;;
    :*) COMPREPLY=($(compgen -W "{words}" -- "$current")) ;;
    *) COMPREPLY=() ;;
  esac
}}
complete -o default -F _designer_bff designer-bff
"""
ZSH: Final = "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n"
SHELLS: Final = ("bash", "zsh", "fish")


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The text that `shell` is to source."""
    commands = _commands(parser)
    if shell == "fish":
        return _fish(parser, commands)
    cases = [
        f'    {name}:-*) COMPREPLY=($(compgen -W "{_options(each)}" -- "$current")) ;;'
        for name, each in commands.items()
    ]
    text = BASH.format(
        commands="|".join(commands), words=" ".join(commands), options=_options(parser), cases="\n".join(cases)
    )
    return (ZSH if shell == "zsh" else "") + text


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    action = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return dict(action.choices)


def _options(parser: argparse.ArgumentParser) -> str:
    return " ".join(option for action in parser._actions for option in action.option_strings)


def _fish(parser: argparse.ArgumentParser, commands: Mapping[str, argparse.ArgumentParser]) -> str:
    lines = [f"complete -c designer-bff -n __fish_use_subcommand -f -a '{' '.join(commands)}'"]
    lines += [f"complete -c designer-bff -n __fish_use_subcommand {_flag(each)}" for each in _flags(parser)]
    for name, command in commands.items():
        lines += [
            f"complete -c designer-bff -n '__fish_seen_subcommand_from {name}' {_flag(each)}"
            for each in _flags(command)
        ]
    return "\n".join(lines) + "\n"


def _flags(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [each for each in parser._actions if each.option_strings]


def _flag(action: argparse.Action) -> str:
    """An option as fish is told of it; `-r`: a value follows."""
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in action.option_strings)
    return names if action.nargs == 0 else f"{names} -r"
