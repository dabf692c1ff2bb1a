//! Any file is either read or refused, and no message shows anything from it.

use mfa_import::formats::FORMATS;
use mfa_import::scan;
use proptest::prelude::*;

/// Links with arbitrary contents.
fn links() -> impl Strategy<Value = Vec<u8>> {
    let scheme = prop::sample::select(vec![
        "otpauth://",
        "otpauth://totp/a?secret=",
        "otpauth-migration://offline?data=",
        "steam://",
    ]);
    let line = (scheme, any::<String>()).prop_map(|(scheme, rest)| format!("{scheme}{rest}\n"));
    prop::collection::vec(line, 1..5).prop_map(|lines| lines.concat().into_bytes())
}

/// Migration links with arbitrary messages.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..80).prop_map(|message| {
        let data = data_encoding::BASE64URL_NOPAD.encode(&message);
        format!("otpauth-migration://offline?data={data}").into_bytes()
    })
}

/// Beginnings of pictures, followed by arbitrary bytes.
fn pictures() -> impl Strategy<Value = Vec<u8>> {
    let head = prop::sample::select(vec![
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\0\0\0\0"[..],
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01",
        b"RIFF\x40\0\0\0WEBPVP8 ",
        b"RIFF\x40\0\0\0WEBPVP8L",
        b"GIF89a\x10\0\x10\0\x80\0\0",
        b"BM\x40\0\0\0\0\0\0\0",
        b"P5 16 16 255\n",
        b"P6 9 9 255\n",
    ]);
    (head, prop::collection::vec(any::<u8>(), 0..400))
        .prop_map(|(head, rest)| [head, &rest].concat())
}

/// Samples of each format, with keys that cost next to nothing.
const SAMPLES: &[&str] = &[
    r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"groups":[{"uuid":"g","name":"G"}],"entries":[{"type":"totp","name":"a","issuer":"b","groups":["g"],"info":{"secret":"AAAA","algo":"SHA1","digits":6,"period":30}}]}}"#,
    r#"{"version":1,"header":{"slots":[{"type":1,"salt":"00","key":"00","n":2,"r":1,"p":1,"key_params":{"nonce":"000000000000000000000000","tag":"00"}}],"params":{"nonce":"","tag":""}},"db":"AAAA"}"#,
    r#"{"schemaVersion":4,"groups":[{"id":"g","name":"G"}],"services":[{"name":"a","secret":"AAAA","groupId":"g","otp":{"issuer":"b","label":"b:c","digits":6,"period":30,"counter":1,"algorithm":"SHA1","tokenType":"HOTP"}}]}"#,
    r#"{"schemaVersion":4,"services":[],"servicesEncrypted":"AAAA:AAAA:AAAAAAAAAAAAAAAA"}"#,
    "otpauth://totp/a?secret=AAAA&codeDisplay=%7B%22trashed%22%3Atrue%2C%22tags%22%3A%5B%22a%22%5D%7D",
    r#"{"version":1,"kdfParams":{"memLimit":8192,"opsLimit":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA=="},"encryptedData":"AAAAAAAAAAAAAAAAAAAAAAAAAAAA","encryptionNonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    r#"{"encrypted":false,"folders":[{"id":"f","name":"F"}],"items":[{"name":"a","folderId":"f","login":{"username":"u","totp":"otpauth://totp/?secret=AAAA"}}]}"#,
    r#"{"encrypted":true,"passwordProtected":true,"salt":"a","kdfType":1,"kdfIterations":1,"kdfMemory":1,"kdfParallelism":1,"encKeyValidation_DO_NOT_EDIT":"2.AAAAAAAAAAAAAAAAAAAAAA==|AAAA|AAAA","data":"2.a|b|c"}"#,
    "folder,name,login_totp\nf,a,\"AAAA\"\n",
    r#"{"version":1,"entries":[{"content":{"uri":"steam://AAAA","name":"a"},"note":"n"}]}"#,
    r#"[{"secret":"AAAA","issuer":"a","label":"a:b","digits":6,"type":"TOTP","algorithm":"SHA1","period":30,"tags":["t"]}]"#,
    r#"{"tokenOrder":[],"tokens":[{"algo":"SHA1","counter":-1,"digits":6,"issuerExt":"a","label":"b","secret":[-1,2],"type":"HOTP"}]}"#,
    "<?xml version='1.0'?><map><string name=\"tokenOrder\">[]</string><string name=\"a&amp;\">{&quot;secret&quot;:[1]}</string></map>",
    r#"{"Authenticators":[{"Type":2,"Issuer":"a","Username":"b","Secret":"AAAA","Algorithm":0,"Digits":6,"Period":30}],"Categories":[{"Id":"c","Name":"C"}],"AuthenticatorCategories":[{"CategoryId":"c","AuthenticatorSecret":"AAAA"}]}"#,
    r#"{"version":3,"accounts":[{"issuerName":"a","userName":"b","secret":"AAAA","timeStep":30,"digits":6,"folderData":{"folderId":1}}],"folders":[{"id":1,"name":"F"}]}"#,
    r#"[{"name":"a","otpGenerator":{"otpSecret":"AAAA","counter":3}}]"#,
    r#"{"accounts":{"1":{"shared_secret":"AAAA","account_name":"a"}}}"#,
    r#"{"version":2,"elements":[{"secret":"AAAA","issuer":"a","label":"b","digits":6,"type":"STEAM"}]}"#,
    r#"{"authenticator_tokens":[{"name":"a:b","encrypted_seed":"AAAAAAAAAAAAAAAAAAAAAA==","salt":"s","unique_iv":"00000000000000000000000000000000","key_derivation_iterations":9}]}"#,
    "<map><string name=\"com.blizzard.bma.AUTH_STORE.HASH\">00</string></map>",
    r#"[{"issuer":"a","account":"b","secret":"AAAA","digits":"6","kind":"TOTP","timer":"30","pinned":"true"}]"#,
    r#"{"userId":"u","vaults":{"v":{"items":[{"state":1,"data":{"metadata":{"name":"a"},"content":{"totpUri":"AAAA"}}}]}}}"#,
    "<KeePassFile><Root><Group><UUID>g</UUID><Entry><String><Key>TOTP Seed</Key><Value>AAAA</Value></String><String><Key>TOTP Settings</Key><Value>30;S</Value></String><History><Entry/></History></Entry></Group></Root></KeePassFile>",
    "Title,User Name,TimeOtp-Secret-Hex\na,b,00\n",
    "<p>otpauth://totp/a?secret=AAAA&amp;digits=7</p>",
];

/// Samples or real exports, with some bytes changed, removed or inserted.
fn changed(samples: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 0..6);
    let byte = prop::sample::select(b"\"{}[]:,\\0199-n<>&;|\0\xff".to_vec());
    let bytes = prop::collection::vec(byte, 6);
    (prop::sample::select(samples), changes, bytes).prop_map(|(mut file, changes, bytes)| {
        for ((place, change, random), byte) in changes.into_iter().zip(bytes) {
            if file.is_empty() {
                break;
            }
            let place = place.index(file.len());
            match change {
                0 => file[place] = if random < 128 { byte } else { random },
                1 => drop(file.drain(place..file.len().min(place + 1 + usize::from(random) / 8))),
                _ => file.insert(place, byte),
            }
        }
        file
    })
}

/// Returns the real exports that are cheap to decrypt, if there are any.
fn exports() -> Vec<Vec<u8>> {
    let folder = std::env::var_os("MFA_FIXTURES").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        std::path::PathBuf::from,
    );
    let sources = std::fs::read_to_string(folder.join("SOURCES.tsv")).unwrap_or_default();
    let names = sources
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').next());
    let names = names.filter(|name| !name.contains("nominal"));
    let files = names.filter_map(|name| std::fs::read(folder.join(name)).ok());
    let files: Vec<_> = files
        .filter(|file| (1..100_000).contains(&file.len()))
        .collect();
    if files.is_empty() { samples() } else { files }
}

fn samples() -> Vec<Vec<u8>> {
    SAMPLES
        .iter()
        .map(|sample| sample.as_bytes().to_vec())
        .collect()
}

fn any_file() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        links(),
        messages(),
        pictures(),
        changed(samples()),
    ]
}

/// Returns a QR code of any bytes with some modules inverted, at three pixels per module.
fn damaged_code(bytes: &[u8], turned: &[prop::sample::Index]) -> (usize, Vec<u8>) {
    let code = qrcode::QrCode::new(bytes).expect("it is short enough");
    let (width, mut modules) = (code.width(), code.to_colors());
    for index in turned {
        let module = index.get_mut(&mut modules);
        *module = !*module;
    }
    let size = 3 * (width + 8);
    let pixel = |pixel: usize| {
        let (y, x) = (pixel / size / 3, pixel % size / 3);
        let inside = (4..width + 4).contains(&y) && (4..width + 4).contains(&x);
        let dark = inside && modules[(y - 4) * width + x - 4] == qrcode::Color::Dark;
        if dark { 0 } else { 255 }
    };
    (size, (0..size * size).map(pixel).collect())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_by_each_format(bytes in any_file()) {
        for format in FORMATS {
            let _known = format.detect(&bytes);
            for password in [None, Some(&b"x"[..])] {
                match format.read(&bytes, password) {
                    Ok(found) => prop_assert!(found.accounts.len() + found.skipped.len() > 0),
                    Err(error) => prop_assert!(!error.advice().is_empty()),
                }
            }
        }
    }

    #[test]
    fn any_pixels_can_be_looked_at(
        (width, pixels) in (1_usize..40, 1_usize..40).prop_flat_map(|(width, height)| {
            let pixel = prop::sample::select(vec![0_u8, 0, 90, 255, 255]);
            (Just(width), prop::collection::vec(pixel, width * height))
        })
    ) {
        let height = pixels.len() / width;
        let (width, height) = (width.try_into().expect("small"), height.try_into().expect("small"));
        prop_assert!(scan::codes(width, height, &pixels).is_ok());
    }

    #[test]
    fn any_code_can_be_looked_at(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        turned in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let (size, pixels) = damaged_code(&bytes, &turned);
        let size = size.try_into().expect("small");
        prop_assert!(scan::codes(size, size, &pixels).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn exports_are_read_or_refused_whatever_is_changed_in_them(bytes in changed(exports())) {
        if let Some(format) = mfa_import::detect(&bytes) {
            for password in [None, Some(&b"test"[..])] {
                if let Err(error) = format.read(&bytes, password) {
                    prop_assert!(!error.advice().is_empty());
                }
            }
        }
    }
}

#[test]
fn samples_are_what_they_are_taken_for() {
    for sample in SAMPLES {
        let format = mfa_import::detect(sample.as_bytes());
        assert!(format.is_some(), "{sample}");
    }
}
