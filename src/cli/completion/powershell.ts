/** The completion script for PowerShell, 5.1 and later. */
import { PROGRAMS, type CommandWords, type OptionWords, type Values } from './words.ts';

export function powershellCompletion(commands: readonly CommandWords[]): string {
  const values = new Map<string, Values>();
  for (const { options } of commands) {
    for (const option of options) if (option.values) values.set(option.long, option.values);
  }
  return `# PowerShell completion for bulwark. To use it now:
#   bulwark completion powershell | Out-String | Invoke-Expression
# For good: put that line into the file that $PROFILE names.

Register-ArgumentCompleter -Native -CommandName ${PROGRAMS.join(', ')} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $commands = [ordered]@{
${commands.map(({ name, summary }) => `        ${quote(name)} = ${quote(summary)}`).join('\n')}
    }
    $options = @{
${commands.map(({ name, options }) => `        ${quote(name)} = [ordered]@{\n${options.map(optionLines).join('\n')}\n        }`).join('\n')}
    }
    $values = @{
${[...values].flatMap(([long, of]) => ('words' in of ? [`        ${quote(long)} = ${list(of.words)}`] : [])).join('\n')}
    }
    $free = ${list([...values].flatMap(([long, of]) => ('words' in of ? [] : [long])))}
    $arguments = @{
${commands.flatMap(({ name, argument }) => (argument && 'words' in argument ? [`        ${quote(name)} = ${list(argument.words)}`] : [])).join('\n')}
    }

    $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $command = $typed | Select-Object -Skip 1 | Where-Object { $commands.Contains($_) } | Select-Object -First 1
    if (-not $command -and $typed.Count -gt 0 -and $typed[0] -like '*create-bulwark*') { $command = 'create' }
    $previous = if ($typed.Count -gt 1) { $typed[-1] } else { '' }
    $prefix = ''
    $rest = $wordToComplete
    if ($wordToComplete -match '^(--[^=]+)=(.*)$') {
        $previous = $Matches[1]
        $prefix = "$previous="
        $rest = $Matches[2]
    }

    $found = if ($values.ContainsKey($previous)) {
        $values[$previous] | ForEach-Object { @{ Text = $_; Help = $_ } }
    } elseif ($free -contains $previous) {
        @()
    } elseif ($wordToComplete -like '-*' -and $command) {
        $options[$command].GetEnumerator() | ForEach-Object { @{ Text = $_.Key; Help = $_.Value } }
    } elseif ($command) {
        $arguments[$command] | Where-Object { $_ } | ForEach-Object { @{ Text = $_; Help = $_ } }
    } else {
        $commands.GetEnumerator() | ForEach-Object { @{ Text = $_.Key; Help = $_.Value } }
    }
    $found | Where-Object { $_.Text -like "$rest*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new("$prefix$($_.Text)", $_.Text, 'ParameterValue', $_.Help)
    }
}
`;
}

/** Long names only: PowerShell's tables do not tell -v and -V apart. */
const optionLines = ({ long, help }: OptionWords): string => `            ${quote(long)} = ${quote(help)}`;

const list = (words: readonly string[]): string => `@(${words.map(quote).join(', ')})`;

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
