    # The names of the accounts, where one comes next.
    if (-not $wordToComplete.StartsWith('-')) {
        $before = @($commandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
            ForEach-Object { if ($_ -is [StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
        $typed = $wordToComplete.Trim([char[]]"`"'")
        $names = @(mfactl completions --accounts $before 2>$null |
            Where-Object { $_.StartsWith($typed, [StringComparison]::CurrentCultureIgnoreCase) })
        foreach ($name in $names) {
            $written = $name
            if ($name -notmatch '^[\p{L}\p{N}][\p{L}\p{N}_.-]*$') {
                # PowerShell takes five characters for a single quote.
                $written = "'" + ($name -replace '[\u0027\u2018\u2019\u201a\u201b]', '$0$0') + "'"
            }
            [CompletionResult]::new($written, $name, [CompletionResultType]::ParameterValue, $name)
        }
        if ($names) { return }
    }

