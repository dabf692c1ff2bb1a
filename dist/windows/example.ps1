# Asks for a code and uses it: a session of AWS that lasts an hour, in this shell.
#
#   . .\example.ps1 -Account aws -Serial arn:aws:iam::123456789012:mfa/alice
param(
    [Parameter(Mandatory)] [string] $Account,
    [Parameter(Mandatory)] [string] $Serial
)

# A code that was never handed out before: AWS takes each one once.
$code = mfactl get --fresh $Account
switch ($LASTEXITCODE) {
    0 { }
    3 { throw "There is no account $Account. All: mfactl list" }
    5 { throw 'The accounts are locked. Unlock them: mfactl unlock' }
    default { throw "There is no code: mfactl ended with $LASTEXITCODE." }
}

$session = aws sts get-session-token --serial-number $Serial --token-code $code --duration-seconds 3600 | ConvertFrom-Json
$env:AWS_ACCESS_KEY_ID = $session.Credentials.AccessKeyId
$env:AWS_SECRET_ACCESS_KEY = $session.Credentials.SecretAccessKey
$env:AWS_SESSION_TOKEN = $session.Credentials.SessionToken
