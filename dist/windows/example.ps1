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
    3 { throw "Cannot find the account $Account. To list all accounts: mfactl list" }
    5 { throw 'The accounts are locked, or the request was refused. To unlock the accounts: mfactl unlock' }
    default { throw "Cannot get a code: mfactl ended with exit code $LASTEXITCODE." }
}

$session = aws sts get-session-token --serial-number $Serial --token-code $code --duration-seconds 3600 | ConvertFrom-Json
$env:AWS_ACCESS_KEY_ID = $session.Credentials.AccessKeyId
$env:AWS_SECRET_ACCESS_KEY = $session.Credentials.SecretAccessKey
$env:AWS_SESSION_TOKEN = $session.Credentials.SessionToken
