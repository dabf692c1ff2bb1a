; The installer for Windows, by Inno Setup 6 (https://jrsoftware.org/isinfo.php). For one user, without an administrator:
;
;   ISCC.exe /DVersion=0.1.0 /DPrograms=C:\path\to\the\programs mfactl.iss
;
; The programs are those that dist/windows/package leaves beside each other; they find each other there.

#ifndef Version
  #error Set the version: /DVersion=0.1.0
#endif
#ifndef Programs
  #error Set the folder of the programs: /DPrograms=C:\folder
#endif

[Setup]
AppId={{6B0F0B2E-6C1D-4F0A-9E1B-5B6C1F2A7D43}
AppName=mfactl
AppVersion={#Version}
AppPublisher=mfactl
DefaultDirName={autopf}\mfactl
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesEnvironment=yes
CloseApplications=force
OutputBaseFilename=mfactl-{#Version}-x86_64-windows-setup
Compression=lzma2
SolidCompression=yes
UninstallDisplayIcon={app}\mfa-tray.exe

[Tasks]
Name: path; Description: "Add mfactl to PATH, for use in a terminal"
Name: autostart; Description: "Show the icon when you log in"

[Files]
Source: "{#Programs}\mfad.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfactl.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-tray.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-clipboard.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-screen.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-type.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-watch.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-import.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-export.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-askpass.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-ykman.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\mfa-browser.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\org.mfactl.authenticator.*.json"; DestDir: "{app}"; Flags: ignoreversion
Source: "{#Programs}\browser\*"; DestDir: "{app}\browser"; Flags: ignoreversion recursesubdirs

[Icons]
Name: "{autoprograms}\One-time codes"; Filename: "{app}\mfa-tray.exe"

[Registry]
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: string; ValueName: "mfactl"; ValueData: """{app}\mfa-tray.exe"""; Tasks: autostart; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNotOnPath
; Where browsers find mfa-browser.
Root: HKCU; Subkey: "Software\Google\Chrome\NativeMessagingHosts\org.mfactl.authenticator"; ValueType: string; ValueData: "{app}\org.mfactl.authenticator.chromium.json"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Chromium\NativeMessagingHosts\org.mfactl.authenticator"; ValueType: string; ValueData: "{app}\org.mfactl.authenticator.chromium.json"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Microsoft\Edge\NativeMessagingHosts\org.mfactl.authenticator"; ValueType: string; ValueData: "{app}\org.mfactl.authenticator.chromium.json"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Mozilla\NativeMessagingHosts\org.mfactl.authenticator"; ValueType: string; ValueData: "{app}\org.mfactl.authenticator.firefox.json"; Flags: uninsdeletekey

[Run]
Filename: "{app}\mfa-tray.exe"; Description: "Show the icon now"; Flags: nowait postinstall skipifsilent

[UninstallRun]
; What runs cannot be removed. The accounts stay where they are, in the Credential Manager.
Filename: "{sys}\taskkill.exe"; Parameters: "/f /im mfa-tray.exe"; Flags: runhidden; RunOnceId: "tray"
Filename: "{sys}\taskkill.exe"; Parameters: "/f /im mfad.exe"; Flags: runhidden; RunOnceId: "daemon"

[Code]
const
  Environment = 'Environment';

function IsNotOnPath: Boolean;
var
  Path: String;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, Environment, 'Path', Path) then
    Path := '';
  Result := Pos(';' + Lowercase(ExpandConstant('{app}')) + ';', ';' + Lowercase(Path) + ';') = 0;
end;

{ What was added to the path is taken out again, and nothing else. }
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Path, Entry: String;
  Place: Integer;
begin
  if (Step <> usPostUninstall) or not RegQueryStringValue(HKEY_CURRENT_USER, Environment, 'Path', Path) then
    Exit;
  Entry := ';' + Lowercase(ExpandConstant('{app}'));
  Place := Pos(Entry + ';', Lowercase(Path) + ';');
  if Place > 0 then
  begin
    Delete(Path, Place, Length(Entry));
    RegWriteExpandStringValue(HKEY_CURRENT_USER, Environment, 'Path', Path);
  end;
end;
